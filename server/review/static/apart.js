// A late source by itself: the browser's own player, with who looks over it.

import { startWatermark } from "./watermark.js";

startWatermark(document.querySelector("[data-watermark]"));
