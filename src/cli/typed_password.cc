#include "cli/typed_password.h"

#include <array>
#include <cstdio>
#include <iostream>

#include <termios.h>
#include <unistd.h>

#include "base/fail.h"

namespace tocsin {
namespace {

// The terminal does not show what is typed while this lives.
class Unseen {
 public:
  Unseen() : good_(tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (good_) {
      termios quiet = before_;
      quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
      good_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
    }
  }
  ~Unseen() {
    if (good_) {
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;
  bool good() const { return good_; }

 private:
  termios before_{};
  bool good_;
};

Result<std::string> ask(const std::string& prompt) {
  std::fputs(prompt.c_str(), stderr);
  const Unseen unseen;
  if (!unseen.good()) {
    return fail(ErrorCode::kInvalid, "there is no terminal to ask on; use --password-stdin");
  }
  Result<std::string> typed = read_password();
  std::fputs("\n", stderr);
  return typed;
}

}  // namespace

Result<std::string> ask_password(const std::string& user) {
  TRY_ASSIGN(const std::string first, ask("Password for " + user + ": "));
  TRY_ASSIGN(const std::string second, ask("Once more: "));
  if (first != second) {
    return fail(ErrorCode::kInvalid, "the two passwords differ; nothing was changed");
  }
  return first;
}

Result<std::string> read_password() {
  std::string line;
  if (!std::getline(std::cin, line)) {
    return fail(ErrorCode::kInvalid, "no password was given");
  }
  if (!line.empty() && line.back() == '\r') {
    line.pop_back();
  }
  return line;
}

}  // namespace tocsin
