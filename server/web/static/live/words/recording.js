// The light that says whether it is being recorded.

export default {
  "recording.none": ["Chưa ghi", "Not recording"],
  "recording.recording": ["GHI", "REC"],
  "recording.paused": ["TẠM NGỪNG GHI", "RECORDING PAUSED"],
  "recording.paused.why": ["mục kín không ghi", "closed items are not recorded"],
  "recording.stalled": ["KHÔNG GHI ĐƯỢC", "NOT RECORDING"],
  "recording.waiting": ["Chờ hình", "Waiting for picture"],
  "recording.ended": ["Đã ghi xong", "Recording finished"],
  "recording.unknown": ["Chưa rõ có đang ghi không", "Recording state not known"],
  "recording.not_running": ["MÁY GHI KHÔNG CHẠY", "RECORDER NOT RUNNING"],
  "recording.growing": ["đang tăng", "growing"],
  "recording.not_growing": ["KHÔNG TĂNG", "NOT GROWING"],
  "recording.alarm": ["Bản ghi: {alarm}", "Recording: {alarm}"],
  "recording.alarm.stalled": [
    "hình và tiếng không được ghi thêm vào bản ghi. Phiên tiếp vẫn tiếp tục. Hãy báo kỹ thuật của tỉnh.",
    "no picture and sound are being added to it. The reception goes on. Tell the province's technician.",
  ],
  "recording.alarm.write_failed": [
    "không ghi được vào ổ đĩa, có thể ổ đĩa đã đầy. Phiên tiếp vẫn tiếp tục. Hãy báo kỹ thuật của tỉnh ngay.",
    "the disk cannot be written, it may be full. The reception goes on. Tell the province's technician at once.",
  ],
  "recording.alarm.on_spare": [
    "ổ đĩa chính không ghi được, đang ghi vào ổ đĩa dự phòng. Bản ghi vẫn tiếp tục. Hãy báo kỹ thuật của tỉnh.",
    "the first disk takes nothing, the spare disk is written. The recording goes on. Tell the province's technician.",
  ],
  "recording.alarm.isolated_lost": [
    "hình riêng của bàn chủ trì, điểm phát biểu và tài liệu không được ghi nữa. Bản ghi chung vẫn tiếp tục. Hãy báo kỹ thuật của tỉnh.",
    "the separate pictures of desk, floor and document are not recorded any more. The recording of the whole goes on. Tell the province's technician.",
  ],
  "recording.alarm.disk_low": [
    "ổ đĩa sắp đầy, có thể không đủ chỗ cho cả ngày. Bản ghi chung vẫn tiếp tục, chỗ còn lại dành cho bản ghi này. Hãy báo kỹ thuật của tỉnh giải phóng ổ đĩa.",
    "the disk is filling up and may not hold the whole day. The recording of the whole goes on, and what is left is kept for it. Tell the province's technician.",
  ],
  "recording.alarm.other": [
    "máy ghi báo có sự cố. Phiên tiếp vẫn tiếp tục. Hãy báo kỹ thuật của tỉnh.",
    "the recorder reports a fault. The reception goes on. Tell the province's technician.",
  ],
};
