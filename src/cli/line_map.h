// LineMap: which line of which file a Seq is. Seqs are added in order. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/strong.h"

namespace tocsin {

struct LinePlace {
  std::string file;
  std::uint64_t line = 0;  // from 1
};

class LineMap {
 public:
  void begin_file(const std::string& file) { files_.push_back(file); }
  // `seq` is line `line` of the file begun last.
  void add(Seq seq, std::uint64_t line);
  // Of a Seq that was added; else an empty place.
  LinePlace find(Seq seq) const;

 private:
  struct Stretch {  // consecutive Seqs that are consecutive lines
    Seq first;
    Seq end;
    std::size_t file = 0;
    std::uint64_t line = 0;
  };

  std::vector<std::string> files_;
  std::vector<Stretch> stretches_;
};

}  // namespace tocsin
