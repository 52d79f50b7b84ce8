# To be sourced. Shows on stderr how far something is: one moving line on a terminal, four lines or so elsewhere.
#   … | progress "Unpacked" 82     each line "." of the input counts one; any other line is said as it is
progress() {
  local what=$1 total=$2 done=0 moving= line step
  step=$(( total > 4 ? (total + 3) / 4 : 1 ))
  while IFS= read -r line; do
    if [ "$line" != . ]; then
      printf '%s  %s\n' "${moving:+$'\n'}" "$line" >&2
      moving=
      continue
    fi
    done=$((done + 1))
    if [ -t 2 ]; then
      printf '\r  %s %d/%d' "$what" "$done" "$total" >&2
      moving=yes
    elif [ $((done % step)) -eq 0 ] || [ "$done" -eq "$total" ]; then
      printf '  %s %d/%d\n' "$what" "$done" "$total" >&2
    fi
  done
  [ -z "$moving" ] || printf '\n' >&2
}
