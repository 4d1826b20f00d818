// Any bytes as a request's text: decoding never crashes, never grows and settles; the parts of a
// request made of them are found.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "detect/request_parts.h"
#include "detect/request_text.h"

namespace {

using namespace tocsin;

void check_text(std::string_view bytes, PlusSign plus) {
  std::string once;
  const bool settled = decode_request_text(bytes, plus, once).settled;
  if (once.size() > bytes.size() || (!may_need_decoding(bytes, plus) && once != bytes)) {
    std::abort();
  }
  std::string twice;
  if (settled) {
    static_cast<void>(decode_request_text(once, PlusSign::kLiteral, twice));
    if (twice != once) {
      std::abort();
    }
  }
  if (join_split_words(once, twice) && twice.size() > once.size()) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes as text
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_text(bytes, PlusSign::kSpace);
  check_text(bytes, PlusSign::kLiteral);
  FieldCatalog fields;
  RequestParts parts(fields);
  auto records = std::make_shared<RecordBatch>();
  const std::uint32_t origin = records->add_origin({"fuzz", "", ""});
  static_cast<void>(records->add(origin, Micros(1), "x"));
  records->set_first_seq(Seq(1));
  EventBatch batch(records);
  batch.begin_event(0);
  for (const FieldId id : {fields::url_original, fields::http_referrer, fields::user_agent,
                           fields::http_request_body}) {
    batch.add_text(id, bytes);
  }
  std::size_t total = 0;
  for (const RequestPart& part : parts.collect(batch, 0)) {
    total += part.text.size();
  }
  if (total > 8 * (size + 1)) {
    std::abort();
  }
  return 0;
}
