#include "api/console_desk.h"

#include "api/answer_route.h"

namespace tocsin {

std::vector<Route> ConsoleDesk::routes() {
  constexpr auto kPool = Place::kPool;
  constexpr auto kRead = Scope::kRead;
  constexpr auto kTriage = Scope::kTriage;
  constexpr auto kAudit = Scope::kAudit;
  constexpr auto kAdmin = Scope::kAdmin;
  using Docs = DocumentsResource;
  // clang-format off
  return {
      {"GET", "/api/v1/documents/{kind}", kRead, kPool, answer(documents_, &Docs::list)},
      {"GET", "/api/v1/documents/{kind}/{id}", kRead, kPool, answer(documents_, &Docs::get)},
      {"PUT", "/api/v1/documents/{kind}/{id}", kTriage, kPool, answer(documents_, &Docs::save)},
      {"DELETE", "/api/v1/documents/{kind}/{id}", kTriage, kPool, answer(documents_, &Docs::drop)},
      {"GET", "/api/v1/rules/activity", kRead, kPool, answer(editor_, &RuleEditor::activity)},
      {"POST", "/api/v1/rules/check", kRead, kPool, answer(editor_, &RuleEditor::check)},
      {"GET", "/api/v1/rules/{id}/text", kRead, kPool, answer(editor_, &RuleEditor::text)},
      {"PUT", "/api/v1/rules/{id}", kAdmin, kPool, answer(editor_, &RuleEditor::save)},
      {"DELETE", "/api/v1/rules/{id}", kAdmin, kPool, answer(editor_, &RuleEditor::remove)},
      {"GET", "/api/v1/settings", kRead, kPool, answer(settings_, &SettingsResource::get)},
      {"GET", "/api/v1/audit", kAudit, kPool, answer(audit_, &AuditResource::list)},
  };
  // clang-format on
}

}  // namespace tocsin
