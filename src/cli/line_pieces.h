// LinePieces: cuts bytes that arrive piece by piece into lines; an unfinished last one waits.
#pragma once

#include <string>
#include <string_view>

namespace tocsin {

class LinePieces {
 public:
  template <class OnLine>
  void take(std::string_view bytes, OnLine on_line) {
    pending_ += bytes;
    std::size_t begin = 0;
    for (std::size_t end = pending_.find('\n'); end != std::string::npos;
         end = pending_.find('\n', begin)) {
      on_line(std::string_view(pending_).substr(begin, end - begin));
      begin = end + 1;
    }
    pending_.erase(0, begin);
  }

 private:
  std::string pending_;
};

}  // namespace tocsin
