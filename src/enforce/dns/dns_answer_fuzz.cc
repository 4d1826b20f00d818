// Whatever comes back instead of a DNS answer: refused, for nobody has signed it.
#include "base/check.h"
#include "enforce/dns/dns_message.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace tocsin;
  const TsigKey key = {"tocsin.", "hmac-sha256", "c2VjcmV0IG9mIHRoZSBkbnMgdGVzdHMgb25lIHR3bw=="};
  SignedDnsMessage question;
  question.mac = std::string("\0\x20", 2) + std::string(32, 'm');
  question.id = size < 2 ? 0 : static_cast<std::uint16_t>(data[0] << 8U | data[1]);
  const auto answer = read_dns_answer({reinterpret_cast<const char*>(data), size}, question,
                                      "www.shop.example.", key);
  CHECK(!answer);
  return 0;
}
