// SeqRange: records of the journal by place, half-open. A value.
#pragma once

#include "base/strong.h"

namespace tocsin {

struct SeqRange {
  Seq begin;
  Seq end;  // exclusive

  bool operator==(const SeqRange&) const = default;
};

}  // namespace tocsin
