// What the check of a room found, and what to do.

export default {
  "preflight.start": ["Kiểm tra hình, tiếng", "Check picture and sound"],
  "preflight.again": ["Kiểm tra lại", "Check again"],
  "preflight.running": ["Đang kiểm tra, xin giữ yên lặng…", "Checking; please keep quiet…"],
  "preflight.told": ["Đã báo kết quả cho tỉnh.", "The province was told."],
  "preflight.measuring": ["Đang đo đường truyền, khoảng 10 giây…", "Measuring the line; about ten seconds…"],
  "preflight.untold": [
    "Chưa báo được cho tỉnh: mất kết nối. Khi có kết nối, hãy kiểm tra lại.",
    "The province could not be told: there is no connection. Check again when there is one.",
  ],
  "preflight.self.morning": ["Điểm cầu đang tự kiểm tra đầu ngày, khoảng nửa phút.", "The room is checking itself for the day; half a minute."],
  "preflight.self.session": ["Điểm cầu đang tự kiểm tra trước phiên, khoảng nửa phút.", "The room is checking itself before the reception; half a minute."],
  "preflight.self.quiet": [
    "Camera và micro bật trong lúc đó; không ai xem, không ghi lại, không phát tiếng. Không cần làm gì.",
    "Camera and microphone are on meanwhile; nobody watches, nothing is kept, no sound is made. Nothing needs to be done.",
  ],
  "preflight.self.aloud": [
    "Camera và micro bật trong lúc đó; không ai xem, không ghi lại. Loa sẽ kêu một tiếng ngắn. Không cần làm gì.",
    "Camera and microphone are on meanwhile; nobody watches, nothing is kept. The loudspeaker sounds once. Nothing needs to be done.",
  ],
  "preflight.aloud.yes": ["Tự kiểm tra: có phát tiếng", "When it checks itself: with a tone"],
  "preflight.aloud.no": ["Tự kiểm tra: không phát tiếng", "When it checks itself: without a tone"],
  "preflight.h264.missing": [
    "Trình duyệt này không phát được hình H.264. Hãy dùng Chromium, Chrome hoặc Edge.",
    "This browser cannot play H.264. Use Chromium, Chrome or Edge.",
  ],
  "preflight.vp8.missing": [
    "Trình duyệt này không phát được hình VP8. Hãy dùng Chromium, Chrome hoặc Edge.",
    "This browser cannot play VP8. Use Chromium, Chrome or Edge.",
  ],
  "preflight.clock.compared": [
    "Đồng hồ máy sai. Hãy nhờ kỹ thuật đặt giờ tự động theo mạng.",
    "The computer's clock is wrong. Have the technician set it by the network.",
  ],
  "preflight.speaker.untried": ["Chưa thử loa, để không làm ồn.", "The loudspeaker was not tried, so that nobody is startled."],
  "preflight.line.measured": [
    "Đường truyền tốt: nhận {down_kbps} kbit/s, gửi {up_kbps} kbit/s, mất {loss_down_percent} %, trễ {rtt_ms} ms.",
    "The line is good: {down_kbps} kbit/s down, {up_kbps} kbit/s up, {loss_down_percent} % lost, {rtt_ms} ms.",
  ],
  "preflight.line.weak": [
    "Đường truyền yếu: nhận {down_kbps} kbit/s, gửi {up_kbps} kbit/s, mất {loss_down_percent} % và {loss_up_percent} %, trễ {rtt_ms} ms. Hãy dùng dây mạng thay Wi-Fi, tạm ngừng việc khác trên đường truyền.",
    "The line is weak: {down_kbps} kbit/s down, {up_kbps} kbit/s up, {loss_down_percent} % and {loss_up_percent} % lost, {rtt_ms} ms. Use a cable instead of Wi-Fi, and stop other use of the line.",
  ],
  "preflight.line.unmeasured": [
    "Chưa đo đường truyền: đang có phiên, hoặc nhiều điểm cầu đo cùng lúc.",
    "The line was not measured: a reception is open, or many rooms measure now.",
  ],
  "preflight.line.failed": [
    "Hình và tiếng không qua được. Hãy xem dây mạng, nhờ kỹ thuật mở cổng truyền hình ở tường lửa.",
    "Picture and sound get through by no way. Look at the network cable; have the technician open the media port in the firewall.",
  ],
  "preflight.udp.blocked": [
    "Mạng ở đây chặn UDP; hình và tiếng đi qua máy chuyển tiếp. Hãy nhờ kỹ thuật mở cổng truyền hình.",
    "The network here blocks UDP; picture and sound go by a relay. Have the technician open the media port.",
  ],
  "preflight.picture.moving": ["Camera cho hình tốt.", "The camera gives a living picture."],
  "preflight.picture.black": [
    "Hình đen. Hãy mở nắp che ống kính, bật đèn phòng.",
    "The picture is black. Open the camera's lid, switch the light on.",
  ],
  "preflight.picture.flat": [
    "Hình chỉ có một màu. Hãy mở nắp che ống kính, xem máy có chọn đúng camera không (phím D).",
    "The picture is one colour. Open the camera's lid; see whether the right camera is chosen (key D).",
  ],
  "preflight.picture.frozen": [
    "Hình đứng yên. Hãy rút dây camera ra, cắm lại, rồi kiểm tra lại.",
    "The picture stands still. Unplug the camera, plug it in again, then check again.",
  ],
  "preflight.picture.none": [
    "Không có hình. Hãy cắm lại dây camera, xem máy có chọn đúng camera không (phím D).",
    "There is no picture. Plug the camera in again; see whether the right one is chosen (key D).",
  ],
  "preflight.sound.good": ["Micro thu tiếng tốt.", "The microphone hears well."],
  "preflight.sound.dead": [
    "Micro không thu được gì. Hãy bật công tắc trên micro, cắm lại dây, xem máy có chọn đúng micro không (phím D).",
    "The microphone hears nothing. Switch it on, plug it in again; see whether the right one is chosen (key D).",
  ],
  "preflight.sound.clipped": [
    "Tiếng micro quá to, bị vỡ. Hãy vặn nhỏ mức thu của micro hoặc của bàn trộn tiếng.",
    "The microphone is too loud and breaks up. Turn its gain down, or the mixer's.",
  ],
  "preflight.sound.hum": [
    "Micro có tiếng ù của điện. Hãy để dây micro xa dây điện, đổi ổ cắm, hoặc thay dây.",
    "The microphone hums from the mains. Keep its cable away from power cables, use another socket, or another cable.",
  ],
  "preflight.sound.none": [
    "Không mở được micro. Hãy cắm lại dây micro, rồi kiểm tra lại.",
    "The microphone cannot be opened. Plug it in again, then check again.",
  ],
  "preflight.speaker.heard": ["Micro nghe được tiếng loa.", "The microphone hears the loudspeaker."],
  "preflight.speaker.unheard": [
    "Micro không nghe thấy tiếng loa. Hãy bật loa, tăng âm lượng, xem máy có chọn đúng loa không (phím D).",
    "The microphone does not hear the loudspeaker. Switch it on, turn it up; see whether the right one is chosen (key D).",
  ],
  "preflight.speaker.unknown": [
    "Chưa biết loa có kêu không: phải có micro thu tiếng tốt trước.",
    "Whether the loudspeaker sounds is not known: a microphone that hears is needed first.",
  ],
};
