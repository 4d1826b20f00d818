// Section: one mapping of the configuration file, read key by key into typed settings.
//
// Each read names the key, where its value goes and its limits; what is absent keeps its default.
// Problems are collected with file:line:column, all of them, not only the first. finish() reports
// keys that nobody read, with the closest name that exists. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "config/yaml.h"

namespace tocsin {

// "64MiB", "512KiB", "2GiB", "1000" (bytes).
std::optional<std::uint64_t> parse_bytes(std::string_view text);

class Section {
 public:
  // `node` may be null (the section is absent). `problems` collects and outlives the section.
  Section(const YamlFile& file, const YamlNode* node, std::string path,
          std::vector<std::string>& problems);

  bool present() const { return node_ != nullptr; }

  void text(std::string_view key, std::string& out);
  void word(std::string_view key, std::span<const std::string_view> allowed, std::string& out);
  void flag(std::string_view key, bool& out);
  void number(std::string_view key, std::uint64_t min, std::uint64_t max, std::uint64_t& out);
  void bytes(std::string_view key, std::uint64_t min, std::uint64_t max, std::uint64_t& out);
  void span(std::string_view key, Span min, Span max, Span& out);
  // One text or a list of texts.
  void texts(std::string_view key, std::vector<std::string>& out);
  // "+01:00" or "-0530".
  void zone(std::string_view key, std::optional<std::int64_t>& offset_minutes);
  Section section(std::string_view key);
  void each(std::string_view key, const std::function<void(Section&)>& read_item);

  // "tocsin.yaml:12": where the section begins; empty when it is absent.
  std::string place() const;
  void problem(std::string_view what);
  void problem_at(std::string_view key, std::string_view what);
  void finish();

 private:
  const YamlNode* take(std::string_view key);
  const YamlNode* take_scalar(std::string_view key, std::string_view wanted);
  void report(const YamlNode& node, std::string_view key, std::string_view what);

  const YamlFile& file_;
  const YamlNode* node_;
  std::string path_;
  std::vector<std::string>& problems_;
  std::vector<std::string_view> known_;
};

}  // namespace tocsin
