// The Numenta Anomaly Benchmark with the model `series`: the score of each profile.
//
// Usage: nab [FOLDER] – a folder with data/ and labels/combined_windows.json as in the repository
// of the benchmark (TOCSIN_NAB, or ../shared/data/nab). One configuration for all series, each
// value seen once and in order; labels are read by the scorer only. The scorer follows the
// benchmark's: a probationary part of 15 % (of 5,000 rows at most), the scaled sigmoid by the place
// in or behind a window, the best detection of each window, one threshold for all series that
// maximises the score, and normalisation between the null detector and the perfect one. With -v
// each series.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/fail.h"
#include "base/text.h"
#include "base/time_text.h"
#include "detect/baseline/series_detector.h"
#include "sys/file_system.h"

namespace tocsin {
namespace {

constexpr double kProbation = 0.15;
constexpr double kProbationRowsMax = 5'000;
constexpr std::uint64_t kFileBytesMax = 64U << 20U;

struct Window {
  std::size_t first = 0;
  std::size_t last = 0;
};

struct Series {
  std::string name;
  std::vector<Micros> times;
  std::vector<double> values;
  std::vector<Window> windows;
  std::vector<double> scores;
  std::size_t probation = 0;
};

struct Profile {
  const char* name;
  double false_positive;
  double false_negative;
};
constexpr std::array<Profile, 3> kProfiles = {
    {{"standard", 0.11, 1}, {"reward low FP rate", 0.22, 1}, {"reward low FN rate", 0.11, 2}}};

// "2014-04-01 00:05:00", perhaps with a fraction.
std::optional<Micros> parse_time(std::string_view text) {
  std::string iso(text.substr(0, 19));
  if (iso.size() < 19) {
    return std::nullopt;
  }
  iso[10] = 'T';
  return parse_iso_time(iso + "Z");
}

Status read_rows(FileSystem& files, const std::string& path, Series& series) {
  TRY_ASSIGN(const std::string text, read_file(files, path, kFileBytesMax));
  for (const std::string_view line : split(text, '\n')) {
    const std::vector<std::string_view> cells = split(trim(line), ',');
    if (cells.size() < 2 || cells[0] == "timestamp") {
      continue;
    }
    const auto time = parse_time(cells[0]);
    const auto value = parse_double(cells[1]);
    if (!time || !value) {
      return fail(ErrorCode::kInvalid, "{}: not a time and a number: {}", path, line.substr(0, 80));
    }
    series.times.push_back(*time);
    series.values.push_back(*value);
  }
  return {};
}

Status read_windows(const simdjson::dom::array& windows, Series& series) {
  for (const simdjson::dom::element window : windows) {
    std::array<std::size_t, 2> places{};
    for (std::size_t end = 0; end < 2; ++end) {
      std::string_view text;
      if (window.at(end).get(text) != simdjson::SUCCESS) {
        return fail(ErrorCode::kInvalid, "{}: a window is not two times", series.name);
      }
      const auto time = parse_time(text);
      const auto found = time ? std::ranges::find(series.times, *time) : series.times.end();
      if (found == series.times.end()) {
        return fail(ErrorCode::kInvalid, "{}: no row at {}", series.name, text);
      }
      places[end] = static_cast<std::size_t>(found - series.times.begin());
    }
    series.windows.push_back({places[0], places[1]});
  }
  return {};
}

Result<std::vector<Series>> read_corpus(FileSystem& files, const std::string& folder) {
  TRY_ASSIGN(const std::string labels,
             read_file(files, folder + "/labels/combined_windows.json", kFileBytesMax));
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  if (parser.parse(labels).get(root) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalid, "{}/labels/combined_windows.json is not JSON", folder);
  }
  std::vector<Series> corpus;
  for (const auto field : root) {
    Series series;
    series.name = field.key;
    const std::string path = folder + "/data/" + series.name;
    if (!files.info(path)) {
      continue;  // a folder may hold a part of the series
    }
    TRY(read_rows(files, path, series));
    simdjson::dom::array windows;
    if (field.value.get(windows) != simdjson::SUCCESS) {
      return fail(ErrorCode::kInvalid, "{}: the windows are not a list", series.name);
    }
    TRY(read_windows(windows, series));
    const auto rows = static_cast<double>(series.values.size());
    series.probation = static_cast<std::size_t>(
        std::min(std::floor(kProbation * rows), kProbation * kProbationRowsMax));
    corpus.push_back(std::move(series));
  }
  return corpus;
}

void detect(Series& series) {
  SeriesDetector detector(static_cast<std::uint32_t>(series.probation));
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    series.scores.push_back(detector.add(series.times[i], series.values[i]));
  }
}

// 1 at the left end of a window, 0 at its right end, -1 far behind it.
double scaled_sigmoid(double place) {
  return place > 3 ? -1 : 2 / (1 + std::exp(5 * place)) - 1;
}

constexpr std::size_t kOutside = std::numeric_limits<std::size_t>::max();

// A row behind the probation: its score, and what detecting it is worth.
struct Point {
  double score = 0;
  double worth = 0;
  std::size_t window = kOutside;
};

// Appends the rows of a series; windows are numbered on from `windows`.
void add_points(const Series& series, const Profile& profile, std::size_t windows,
                std::vector<Point>& points) {
  const double most = scaled_sigmoid(-1);
  std::size_t next = 0;
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    while (next < series.windows.size() && i > series.windows[next].last) {
      ++next;
    }
    Point point{series.scores[i], 0, kOutside};
    if (next < series.windows.size() && i >= series.windows[next].first) {
      const Window& window = series.windows[next];
      const auto width = static_cast<double>(window.last - window.first + 1);
      point.worth = scaled_sigmoid(-static_cast<double>(window.last - i + 1) / width) / most;
      point.window = windows + next;
    } else if (next == 0) {
      point.worth = -profile.false_positive;
    } else {
      const Window& before = series.windows[next - 1];
      const auto width = static_cast<double>(before.last - before.first);
      point.worth =
          profile.false_positive * scaled_sigmoid(static_cast<double>(i - before.last) / width);
    }
    if (i >= series.probation) {
      points.push_back(point);
    }
  }
}

struct Outcome {
  double score = 0;  // normalised
  double threshold = std::numeric_limits<double>::infinity();
  std::size_t found = 0;  // windows
  std::size_t windows = 0;
  std::size_t false_alarms = 0;  // rows
};

Outcome best_outcome(const std::vector<Series>& corpus, const Profile& profile) {
  std::vector<Point> points;
  Outcome best;
  for (const Series& series : corpus) {
    add_points(series, profile, best.windows, points);
    best.windows += series.windows.size();
  }
  std::ranges::sort(points, std::ranges::greater{}, &Point::score);
  std::vector<double> parts(best.windows, -profile.false_negative);
  const double null_score = -profile.false_negative * static_cast<double>(best.windows);
  double total = null_score;
  double best_total = null_score;
  std::size_t found = 0;
  std::size_t false_alarms = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point& point = points[i];
    if (point.window == kOutside) {
      total += point.worth;
      ++false_alarms;
    } else {
      double& part = parts[point.window];
      found += part < 0 && point.worth > part && part == -profile.false_negative ? 1U : 0U;
      total += std::max(0.0, point.worth - part);
      part = std::max(part, point.worth);
    }
    const bool is_last = i + 1 == points.size() || points[i + 1].score != point.score;
    if (is_last && total > best_total) {
      best_total = total;
      best.threshold = point.score;
      best.found = found;
      best.false_alarms = false_alarms;
    }
  }
  const auto perfect = static_cast<double>(best.windows);
  best.score = 100 * (best_total - null_score) / (perfect - null_score);
  return best;
}

void print_series(const Series& series, double threshold) {
  std::string found;
  std::size_t inside = 0;
  for (const Window& window : series.windows) {
    const auto begin = std::max(window.first, series.probation);
    std::size_t at = begin;
    while (at <= window.last && series.scores[at] < threshold) {
      ++at;
    }
    found += at > window.last
                 ? " missed"
                 : fmt::format(" {:.0f}%", 100.0 * static_cast<double>(at - window.first) /
                                               static_cast<double>(window.last - window.first));
    for (std::size_t i = begin; i <= window.last; ++i) {
      inside += series.scores[i] >= threshold ? 1U : 0U;
    }
  }
  const auto all = std::ranges::count_if(
      series.scores.begin() + static_cast<std::ptrdiff_t>(series.probation), series.scores.end(),
      [threshold](double score) { return score >= threshold; });
  fmt::print("  {:<62} false {:>3}  windows:{}\n", series.name,
             static_cast<std::size_t>(all) - inside, found);
}

Status run(const std::string& folder, bool is_verbose) {
  PosixFileSystem files;
  TRY_ASSIGN(std::vector<Series> corpus, read_corpus(files, folder));
  std::size_t rows = 0;
  for (Series& series : corpus) {
    detect(series);
    rows += series.values.size();
  }
  fmt::print("{} series, {} rows\n", corpus.size(), rows);
  for (const Profile& profile : kProfiles) {
    const Outcome outcome = best_outcome(corpus, profile);
    fmt::print("{:<20} {:6.2f}   threshold {:.2f}, {} of {} windows, {} false alarms\n",
               profile.name, outcome.score, outcome.threshold, outcome.found, outcome.windows,
               outcome.false_alarms);
    if (is_verbose && &profile == kProfiles.data()) {
      for (const Series& series : corpus) {
        print_series(series, outcome.threshold);
      }
    }
  }
  return {};
}

}  // namespace
}  // namespace tocsin

int main(int argc, char** argv) {
  const char* given = std::getenv("TOCSIN_NAB");
  std::string folder = given == nullptr ? "../shared/data/nab" : given;
  bool is_verbose = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    is_verbose = is_verbose || word == "-v";
    folder = word == "-v" ? folder : std::string(word);
  }
  if (const tocsin::Status done = tocsin::run(folder, is_verbose); !done) {
    fmt::print(stderr, "nab: {}\n", done.error().full_text());
    return 1;
  }
  return 0;
}
