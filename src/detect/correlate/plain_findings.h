// PlainFindings: a hit of a rule that no correlation silences is a finding of its own. One thread.
#pragma once

#include <memory>
#include <vector>

#include "detect/evaluator.h"
#include "detect/matcher.h"
#include "detect/rule_set.h"
#include "model/catalog.h"
#include "model/finding.h"

namespace tocsin {

class PlainFindings {
 public:
  PlainFindings(FieldCatalog& fields, DatasetCatalog& datasets)
      : fields_(fields), evaluator_(fields, datasets) {}

  Finding make(const Rule& rule, const EventBatch& batch, std::size_t event);
  // Cheaper: for what is folded into another finding.
  static Finding without_sentence(const Rule& rule, const EventBatch& batch, std::size_t event);

 private:
  FieldCatalog& fields_;
  Evaluator evaluator_;
};

}  // namespace tocsin
