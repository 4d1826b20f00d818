#include "demo/player.h"

#include <array>
#include <string>

namespace tocsin {
namespace {

// Everything before `end`, a request a channel.
Status send_until(Day& day, Micros end, LineSender& sender, Played& played) {
  std::array<std::string, kChannels.size()> texts;
  for (auto time = day.next_time(); time && *time < end; time = day.next_time()) {
    const DemoLine line = day.take();
    texts[static_cast<std::size_t>(line.channel)].append(line.text).push_back('\n');
    ++played.lines;
    played.until = line.time;
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!texts[i].empty()) {
      TRY(sender.send(static_cast<Channel>(i), texts[i]));
    }
  }
  return {};
}

}  // namespace

Result<Played> play_history(Day& day, LineSender& sender,
                            const std::function<bool(const Played&)>& on_progress) {
  Played played;
  for (auto time = day.next_time(); time; time = day.next_time()) {
    TRY(send_until(day, *time + kHistorySlice, sender, played));
    if (on_progress && !on_progress(played)) {
      break;
    }
  }
  return played;
}

Result<Played> play_live(Day& day, LineSender& sender, Clock& clock, const Pause& pause,
                         const std::function<bool(const Played&)>& keep_going) {
  Played played;
  while (day.next_time() && keep_going(played)) {
    TRY(send_until(day, clock.now(), sender, played));
    pause(kLiveSlice);
  }
  return played;
}

}  // namespace tocsin
