#include "enforce/nftables/nft_session.h"

#include <string_view>

#include <nftables/libnftables.h>

#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kFaultShown = 400;

struct FreeContext {
  void operator()(nft_ctx* context) const { nft_ctx_free(context); }
};
using Context = std::unique_ptr<nft_ctx, FreeContext>;

Context make_context() {
  Context context(nft_ctx_new(NFT_CTX_DEFAULT));
  if (context != nullptr) {
    nft_ctx_buffer_output(context.get());
    nft_ctx_buffer_error(context.get());
  }
  return context;
}

Error fault_of(nft_ctx* context) {
  const char* said = nft_ctx_get_error_buffer(context);
  const std::string_view text = trim(said == nullptr ? "" : said);
  const ErrorCode code = text.contains("No such file or directory") ? ErrorCode::kNotFound
                         : text.contains("Operation not permitted") ? ErrorCode::kDenied
                                                                    : ErrorCode::kIo;
  return fail(code, "nftables: {}{}", text.substr(0, kFaultShown),
              code == ErrorCode::kDenied ? " (CAP_NET_ADMIN is needed)" : "");
}

class LibnftablesSession final : public NftSession {
 public:
  LibnftablesSession(Context commands, Context questions)
      : commands_(std::move(commands)), questions_(std::move(questions)) {
    nft_ctx_output_set_flags(questions_.get(), NFT_CTX_OUTPUT_JSON);
  }

  Status run(const std::string& commands) override {
    if (nft_run_cmd_from_buffer(commands_.get(), commands.c_str()) != 0) {
      return fault_of(commands_.get());
    }
    static_cast<void>(nft_ctx_get_output_buffer(commands_.get()));
    return {};
  }

  Result<std::string> ask(const std::string& command) override {
    if (nft_run_cmd_from_buffer(questions_.get(), command.c_str()) != 0) {
      return fault_of(questions_.get());
    }
    return std::string(nft_ctx_get_output_buffer(questions_.get()));
  }

 private:
  Context commands_;
  Context questions_;
};

}  // namespace

Result<std::unique_ptr<NftSession>> open_nft_session() {
  Context commands = make_context();
  Context questions = make_context();
  if (commands == nullptr || questions == nullptr) {
    return Error(ErrorCode::kUnavailable, "libnftables gives no context");
  }
  auto session = std::make_unique<LibnftablesSession>(std::move(commands), std::move(questions));
  if (const auto tables = session->ask("list tables"); !tables) {
    return tables.error();
  }
  return std::unique_ptr<NftSession>(std::move(session));
}

}  // namespace tocsin
