// The link and its line, and refusals that only a browser can know.

export default {
  "link.connecting": ["Đang nối với tỉnh…", "Connecting to the province…"],
  "link.connecting.tries": [
    "Đang nối với tỉnh… lần {tries}. Không cần làm gì.",
    "Connecting to the province… try {tries}. Nothing to do.",
  ],
  "link.lost": [
    "Mất kết nối với tỉnh. Đang nối lại… lần {tries}. Không cần làm gì.",
    "Connection to the province lost. Reconnecting… try {tries}. Nothing to do.",
  ],
  "link.lost.silent": [
    "Mất kết nối với tỉnh, hình và tiếng vẫn chạy. Đang nối lại… lần {tries}. Không cần làm gì.",
    "Connection to the province lost; picture and sound go on. Reconnecting… try {tries}. Nothing to do.",
  ],
  "link.restoring": [
    "Đường truyền với tỉnh bị ngắt quãng. Đang tìm đường khác… Không cần làm gì, hình và tiếng tự trở lại.",
    "The line to the province is interrupted. Looking for another way… Nothing to do; picture and sound come back.",
  ],
  "link.refused": ["{sentence} Đang thử lại… lần {tries}.", "{sentence} Trying again… try {tries}."],
  "line.unknown": ["Đang đo mạng", "Line: measuring"],
  "line.good": ["Mạng tốt", "Line good"],
  "line.weak": ["Mạng yếu", "Line weak"],
  "line.bad": ["Mạng kém", "Line bad"],
  "line.resting": ["Đã nối với tỉnh", "In touch with the province"],
  "line.lost": ["Mất kết nối", "No connection"],
  "line.restoring": ["Đang tìm đường truyền", "Looking for a way"],
  "line.carried.m": ["Mạng yếu: hình giảm nét, tiếng vẫn đủ", "Weak line: softer picture, full sound"],
  "line.carried.l": ["Mạng yếu: hình mờ, tiếng vẫn đủ", "Weak line: blurred picture, full sound"],
  "line.carried.none": ["Mạng rất yếu: chỉ còn tiếng", "Very weak line: sound only"],
  "refusal.no_answer": [
    "Máy chủ không trả lời. Việc vừa bấm có thể chưa được thực hiện; hãy xem trạng thái rồi bấm lại.",
    "The server does not answer. What you pressed may not have been done; look at the state, then press again.",
  ],
  "refusal.other": [
    "Máy chủ từ chối ({code}). Phiên tiếp vẫn tiếp tục. Hãy thử lại, hoặc báo kỹ thuật của tỉnh.",
    "The server refused ({code}). The reception goes on. Try again, or tell the province's technician.",
  ],
  "refusal.bad_key": [
    "Mã điểm cầu không đúng hoặc đã bị thu hồi. Hãy hỏi tỉnh địa chỉ mới.",
    "The room's key is wrong or was withdrawn. Ask the province for the new address.",
  ],
  "refusal.replaced": [
    "Điểm cầu này vừa được mở ở một màn hình khác. Màn hình này không nhận hình và tiếng nữa.",
    "This room has just been opened on another screen. This screen no longer gets picture and sound.",
  ],
  "refusal.no_common_codec": [
    "Trình duyệt này không xem được định dạng hình của phiên tiếp. Hãy mở trang bằng Chrome, Edge hoặc Cốc Cốc; nếu vẫn không được, báo kỹ thuật của tỉnh.",
    "This browser cannot play the reception's video format. Open the page in Chrome, Edge or Chromium; if that fails too, tell the province's technician.",
  ],
  "refusal.no_webrtc": [
    "Trình duyệt này quá cũ, không nhận được hình trực tiếp. Hãy mở trang bằng Chrome hoặc Edge bản mới.",
    "This browser is too old for live pictures. Open the page in a recent Chrome or Edge.",
  ],
};
