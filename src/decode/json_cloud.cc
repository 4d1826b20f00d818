// AWS CloudTrail and Okta's system log: names stay as they are (Sigma uses them), ECS is added.
#include <array>

#include "base/text.h"
#include "decode/json_shapes.h"

namespace tocsin::json_shape {
namespace {

struct KnownCall {
  std::string_view name;
  Deed deed;
};

constexpr auto kAwsCalls = std::to_array<KnownCall>({
    {"CreateUser", Deed::kUserAdded},
    {"DeleteUser", Deed::kUserDeleted},
    {"UpdateUser", Deed::kUserChanged},
    {"CreateLoginProfile", Deed::kUserChanged},
    {"UpdateLoginProfile", Deed::kPasswordChanged},
    {"ChangePassword", Deed::kPasswordChanged},
    {"CreateAccessKey", Deed::kTokenCreated},
    {"DeleteAccessKey", Deed::kTokenRevoked},
    {"CreateGroup", Deed::kGroupAdded},
    {"DeleteGroup", Deed::kGroupDeleted},
    {"AddUserToGroup", Deed::kGroupChanged},
    {"RemoveUserFromGroup", Deed::kGroupChanged},
    {"AttachUserPolicy", Deed::kRoleChanged},
    {"AttachRolePolicy", Deed::kRoleChanged},
    {"AttachGroupPolicy", Deed::kRoleChanged},
    {"PutUserPolicy", Deed::kRoleChanged},
    {"PutRolePolicy", Deed::kRoleChanged},
    {"UpdateAssumeRolePolicy", Deed::kRoleChanged},
    {"AuthorizeSecurityGroupIngress", Deed::kConfigChanged},
    {"AuthorizeSecurityGroupEgress", Deed::kConfigChanged},
    {"RevokeSecurityGroupIngress", Deed::kConfigChanged},
    {"PutBucketPolicy", Deed::kConfigChanged},
    {"PutBucketAcl", Deed::kConfigChanged},
    {"StopLogging", Deed::kMonitoringDisabled},
    {"DeleteTrail", Deed::kMonitoringDisabled},
    {"DeleteFlowLogs", Deed::kMonitoringDisabled},
    {"DeleteDetector", Deed::kMonitoringDisabled},
    {"StartLogging", Deed::kMonitoringEnabled},
});

// The action stays Amazon's own word.
void write_call(Deed deed, std::string_view outcome, EventWriter& event) {
  const DeedWords& words = deed_words(deed);
  event.category(words.category);
  event.text(fields::event_type, words.type);
  event.text(fields::event_outcome, outcome);
}

void write_aws_deed(const JsonView& json, EventWriter& event) {
  const std::string_view call = json.text(key::event_name);
  const std::string_view outcome = json.has(key::aws_error_code) ? "failure" : "success";
  event.text_if_any(fields::event_action, call);
  if (call == "ConsoleLogin") {
    write_call(json.text(key::aws_login) == "Failure" ? Deed::kLogInFailed : Deed::kLogInSucceeded,
               json.text(key::aws_login) == "Failure" ? "failure" : outcome, event);
    return;
  }
  for (const KnownCall& known : kAwsCalls) {
    if (known.name == call) {
      write_call(known.deed, outcome, event);
      return;
    }
  }
  const Value* read_only = json.find(key::aws_read_only);
  const bool changes =
      read_only != nullptr && read_only->kind() == ValueKind::kBool && !read_only->as_bool();
  const bool iam = json.text(key::aws_source) == "iam.amazonaws.com";
  event.category(iam ? "iam" : changes ? "configuration" : "web");
  event.text(fields::event_type, changes ? "change" : "access");
  event.text(fields::event_outcome, outcome);
}

void write_okta_deed(const JsonView& json, EventWriter& event) {
  const std::string_view type = json.text(key::okta_event_type);
  const std::string_view result = json.text(key::okta_outcome);
  const bool good = result == "SUCCESS" || result == "ALLOW";
  const std::string_view outcome = good                                      ? "success"
                                   : result == "FAILURE" || result == "DENY" ? "failure"
                                                                             : "unknown";
  event.text_if_any(fields::event_action, type);
  if (type.starts_with("user.session.end")) {
    write_call(Deed::kLoggedOut, outcome, event);
  } else if (type.starts_with("user.session.") || type.starts_with("user.authentication.")) {
    write_call(good ? Deed::kLogInSucceeded : Deed::kLogInFailed, outcome, event);
  } else if (type == "user.account.lock") {
    write_call(Deed::kAccountLocked, "failure", event);
  } else if (type.starts_with("policy.") || type.starts_with("system.") ||
             type.starts_with("zone.")) {
    write_call(Deed::kConfigChanged, outcome, event);
  } else {
    write_call(Deed::kUserChanged, outcome, event);
  }
}

}  // namespace

bool is_cloudtrail(const JsonView& json) {
  return json.has(key::aws_version) && json.has(key::aws_source) && json.has(key::event_name);
}

void write_cloudtrail(const JsonView& json, EventWriter& event) {
  event.dataset(Dataset::kAwsCloudtrail);
  event.logsource({"aws", "", "cloudtrail"});
  write_all(json, event);
  write_time(json, {key::event_time}, event);
  event.source(json.text(key::aws_source_ip));
  add_if_any(fields::user_name,
             json.first({key::aws_user, key::aws_arn, key::aws_principal, key::aws_type}), event);
  add_if_any(fields::user_agent, json.find(key::user_agent_camel), event);
  add_if_any(fields::user_target_name, json.find(key::aws_target_user), event);
  event.text(fields::cloud_provider, "aws");
  add_if_any(fields::cloud_region, json.find(key::aws_region), event);
  add_if_any(fields::cloud_account_id, json.find(key::aws_account), event);
  add_if_any(fields::event_id, json.find(key::aws_id), event);
  add_if_any(fields::event_provider, json.find(key::aws_source), event);
  add_if_any(fields::error_code, json.find(key::aws_error_code), event);
  add_if_any(fields::error_message, json.find(key::aws_error_message), event);
  write_aws_deed(json, event);
}

bool is_okta(const JsonView& json) {
  return json.has(key::okta_event_type) && json.has(key::published) && json.has(key::okta_uuid);
}

void write_okta(const JsonView& json, EventWriter& event) {
  event.dataset(Dataset::kOktaSystem);
  event.logsource({"okta", "", "okta"});
  write_all(json, event);
  write_time(json, {key::published}, event);
  event.source(json.text(key::okta_client_ip));
  add_if_any(fields::user_name, json.find(key::okta_actor), event);
  add_if_any(fields::user_agent, json.find(key::okta_agent), event);
  add_if_any(fields::event_id, json.find(key::okta_uuid), event);
  add_if_any(fields::event_reason, json.find(key::okta_reason), event);
  write_okta_deed(json, event);
}

}  // namespace tocsin::json_shape
