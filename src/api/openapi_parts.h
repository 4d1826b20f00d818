// Parts of the OpenAPI document that have a file of their own: members of "paths" and of "schemas",
// without the comma behind the last. Internal to api/.
#pragma once

#include <string>
#include <string_view>

namespace tocsin {

// The member "components" and the end of the document.
std::string openapi_components();
std::string openapi_enforcement_paths();
std::string_view openapi_accounts_paths();
std::string_view openapi_accounts_schemas();
std::string_view openapi_console_paths();
std::string_view openapi_console_schemas();
std::string_view openapi_decisions_paths();
std::string_view openapi_decisions_schemas();
std::string_view openapi_enforcement_schemas();
std::string_view openapi_people_paths();
std::string_view openapi_people_schemas();
std::string_view openapi_playbooks_paths();
std::string_view openapi_playbooks_schemas();

}  // namespace tocsin
