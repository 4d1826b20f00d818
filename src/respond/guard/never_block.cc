#include "respond/guard/never_block.h"

#include <array>

#include "base/fail.h"
#include "base/text.h"
#include "base/utf8.h"
#include "respond/guard/machine_networks.h"

namespace tocsin {
namespace {

constexpr std::string_view kGuard = "never_block";
constexpr std::uint64_t kFileBytesMax = 16U << 20U;
constexpr std::size_t kNetworksMax = 200'000;
constexpr std::size_t kMistakesShown = 20;

struct PrivateRange {
  std::string_view network;
  std::string_view reason;
};
// Carrier-grade NAT (100.64.0.0/10) counts as private: it never comes from outside.
constexpr std::array<PrivateRange, 9> kPrivateRanges = {{
    {"10.0.0.0/8", "is a private address"},
    {"172.16.0.0/12", "is a private address"},
    {"192.168.0.0/16", "is a private address"},
    {"100.64.0.0/10", "is a private address"},
    {"fc00::/7", "is a private address"},
    {"127.0.0.0/8", "is a loopback address"},
    {"::1/128", "is a loopback address"},
    {"169.254.0.0/16", "is a link-local address"},
    {"fe80::/10", "is a link-local address"},
}};

void add_file(std::string_view text, const NeverBlockFileSettings& file,
              ProtectedNetworks& networks, std::vector<std::string>& mistakes) {
  const std::string reason = fmt::format("is on the list {}", file.name);
  std::size_t number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    line = trim(line.substr(0, line.find('#')));
    if (line.empty()) {
      continue;
    }
    const std::optional<IpNetwork> network = parse_network(line);
    if (!network) {
      mistakes.push_back(fmt::format("{}:{}: \"{}\" is not an address or a network", file.file,
                                     number, utf8_prefix(to_valid_utf8(line), 60)));
    } else if (networks.size() < kNetworksMax) {
      networks.add(*network, reason);
    } else {
      mistakes.push_back(
          fmt::format("{}:{}: more than {} networks", file.file, number, kNetworksMax));
      return;
    }
  }
}

void add_texts(const std::vector<std::string>& texts, std::string_view setting,
               std::string_view reason, ProtectedNetworks& networks,
               std::vector<std::string>& mistakes) {
  for (const std::string& text : texts) {
    if (const std::optional<IpNetwork> network = parse_network(text)) {
      networks.add(*network, reason);
    } else {
      mistakes.push_back(fmt::format("{}: \"{}\" is not an address or a network", setting, text));
    }
  }
}

}  // namespace

Result<bool> NeverBlock::load() {
  auto lists = std::make_shared<Lists>();
  std::vector<std::string> mistakes;
  ProtectedNetworks& networks = lists->networks;
  add_texts(settings_.never_block, "respond.never_block", "is on the list respond.never_block",
            networks, mistakes);
  add_texts(trusted_proxies_, "trusted_proxies", "is a trusted proxy", networks, mistakes);
  if (settings_.protect_private) {
    for (const PrivateRange& range : kPrivateRanges) {
      networks.add(*parse_network(range.network), range.reason);
    }
  }
  if (settings_.protect_machine) {
    const MachineNetworks machine = read_machine_networks(files_);
    for (const IpAddress& address : machine.gateways) {
      networks.add({address, 128}, "is the gateway of this machine");
    }
    for (const IpAddress& address : machine.dns_servers) {
      networks.add({address, 128}, "is the DNS server of this machine");
    }
  }
  for (const NeverBlockFileSettings& file : settings_.never_block_files) {
    if (const Result<std::string> text = read_file(files_, file.file, kFileBytesMax)) {
      add_file(*text, file, networks, mistakes);
    } else {
      mistakes.push_back(text.error().full_text());
    }
  }
  if (!mistakes.empty()) {
    mistakes.resize(std::min(mistakes.size(), kMistakesShown));
    return fail(ErrorCode::kInvalid, "never-block lists: {}", fmt::join(mistakes, "\n"));
  }
  networks.finish();
  lists->names.insert(settings_.never_disable.begin(), settings_.never_disable.end());
  const std::shared_ptr<const Lists> before = lists_.get();
  const bool changed = before->networks != networks || before->names != lists->names;
  lists_.publish(std::move(lists));
  return changed;
}

std::vector<NeverBlock::Entry> NeverBlock::entries(std::size_t most) const {
  const std::shared_ptr<const Lists> lists = lists_.get();
  std::vector<Entry> all;
  for (std::size_t i = 0; i < std::min(most, lists->networks.size()); ++i) {
    const ProtectedNetworks::Hit one = lists->networks.at(i);
    all.push_back({network_text(one.network), std::string(one.reason)});
  }
  return all;
}

Judgement NeverBlock::judge(const DecisionTarget& target) const {
  const std::shared_ptr<const Lists> lists = lists_.get();
  switch (target.scope) {
    case ScopeKind::kAddress:
    case ScopeKind::kNetwork: {
      ProtectedNetworks::Hit hit;
      if (!lists->networks.find(target.network, hit)) {
        return {};
      }
      if (hit.network.prefix_bits <= target.network.prefix_bits) {
        return {Word::kRefuse, kGuard, fmt::format("it {}", hit.reason)};
      }
      const std::string inner =
          hit.network.prefix_bits == 128 ? ip_text(hit.network.base) : network_text(hit.network);
      return {Word::kRefuse, kGuard, fmt::format("it contains {}, which {}", inner, hit.reason)};
    }
    case ScopeKind::kUser:
    case ScopeKind::kSession:
    case ScopeKind::kApiKey:
      if (lists->names.contains(target.value)) {
        return {Word::kRefuse, kGuard, "it is on the list respond.never_disable"};
      }
      return {};
    case ScopeKind::kNetworkOwner:
    case ScopeKind::kCountry:
      return {};
  }
  return {};
}

}  // namespace tocsin
