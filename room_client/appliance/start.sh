# Becomes the program it is given, and waits before where that ended soon after its last starts.
#
# systemd could lengthen the pause by itself only from 254 on (RestartSteps; Debian 12 has 252 and would warn of it).
# Here a run of ten minutes begins with short pauses again, so that one fault a week never costs a minute.
# RestartSec=2 is waited besides: 2, 4, 8, 16, 30, and then 60 seconds from one start to the next.
set -u
STEADY_S=600
file=$RUNTIME_DIRECTORY/starts # gone after a stop by hand; what it holds is seconds since the computer was started
read -r now_s rest </proc/uptime
now_s=${now_s%%.*}
step='' since_s=''
[ ! -r "$file" ] || read -r step since_s <"$file" || :
case "$step:$since_s" in
    :* | *: | *[!0-9:]*) step=0 ;; # the first start, or a file that the power cut short
    *) if [ $((now_s - since_s)) -ge $STEADY_S ]; then step=0; else step=$((step + 1)); fi ;;
esac
case $step in 0) wait_s=0 ;; 1) wait_s=2 ;; 2) wait_s=6 ;; 3) wait_s=14 ;; 4) wait_s=28 ;; *) step=5 wait_s=58 ;; esac
echo "$step $((now_s + wait_s))" >"$file" || :
if [ $wait_s -gt 0 ]; then
    case ${TIEPDAN_ROOM_LANGUAGE:-vi} in
        en) echo "It ended soon after its start: waits $wait_s s before the next." ;;
        *) echo "Chương trình dừng sớm sau khi khởi động: đợi $wait_s giây rồi khởi động lại." ;;
    esac
    sleep $wait_s
fi
exec "$@"
