#include "detect/baseline/places.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "base/text.h"

namespace tocsin {
namespace {

struct Country {
  std::string_view code;
  double latitude;
  double longitude;
  double radius_km;
};

// Middle and reach, to about a hundred kilometres; far territories with a code of their own apart.
// clang-format off
constexpr std::array<Country, 247> kCountries = {{
    {"AD", 42.5, 1.6, 20}, {"AE", 24.0, 54.0, 300}, {"AF", 33.8, 66.0, 700},
    {"AG", 17.1, -61.8, 40}, {"AI", 18.2, -63.1, 20}, {"AL", 41.1, 20.1, 190},
    {"AM", 40.3, 44.9, 200}, {"AO", -12.3, 17.5, 900}, {"AQ", -80, 0, 3000},
    {"AR", -35.4, -65.2, 2000}, {"AS", -14.3, -170.7, 150}, {"AT", 47.6, 14.1, 320},
    {"AU", -25.7, 134.5, 2200}, {"AW", 12.5, -70.0, 20}, {"AX", 60.2, 20.0, 60},
    {"AZ", 40.3, 47.5, 270}, {"BA", 44.2, 17.8, 180}, {"BB", 13.2, -59.6, 20},
    {"BD", 23.9, 90.2, 400}, {"BE", 50.6, 4.7, 160}, {"BF", 12.3, -1.8, 450},
    {"BG", 42.8, 25.2, 280}, {"BH", 26.0, 50.5, 30}, {"BI", -3.4, 29.9, 150},
    {"BJ", 9.6, 2.3, 400}, {"BL", 17.9, -62.8, 10}, {"BM", 32.3, -64.8, 20},
    {"BN", 4.5, 114.7, 80}, {"BO", -16.7, -64.7, 900}, {"BQ", 12.2, -68.3, 500},
    {"BR", -10.8, -53.1, 2400}, {"BS", 24.3, -76.6, 500}, {"BT", 27.4, 90.4, 170},
    {"BW", -22.2, 23.8, 550}, {"BY", 53.5, 28.0, 330}, {"BZ", 17.2, -88.7, 150},
    {"CA", 61.4, -98.3, 3200}, {"CC", -12.2, 96.8, 20}, {"CD", -2.9, 23.6, 1200},
    {"CF", 6.6, 20.5, 700}, {"CG", -0.8, 15.2, 650}, {"CH", 46.8, 8.2, 180},
    {"CI", 7.6, -5.6, 400}, {"CK", -21.2, -159.8, 900}, {"CL", -37.7, -71.4, 2200},
    {"CM", 5.7, 12.7, 700}, {"CN", 36.6, 103.8, 2700}, {"CO", 3.9, -73.1, 950},
    {"CR", 10.0, -84.2, 230}, {"CU", 21.6, -79.0, 600}, {"CV", 16.0, -24.0, 170},
    {"CW", 12.2, -69.0, 40}, {"CX", -10.4, 105.6, 15}, {"CY", 35.0, 33.0, 110},
    {"CZ", 49.7, 15.3, 260}, {"DE", 51.1, 10.4, 450}, {"DJ", 11.7, 42.6, 120},
    {"DK", 56.0, 10.0, 300}, {"DM", 15.4, -61.4, 30}, {"DO", 18.9, -70.5, 200},
    {"DZ", 28.2, 2.6, 1100}, {"EC", -1.4, -78.8, 1500}, {"EE", 58.7, 25.5, 190},
    {"EG", 26.5, 29.9, 700}, {"EH", 24.2, -12.2, 450}, {"ER", 15.4, 38.8, 450},
    {"ES", 40.2, -3.6, 2000}, {"ET", 8.6, 39.6, 850}, {"FI", 64.5, 26.3, 620},
    {"FJ", -17.5, 178.5, 350}, {"FK", -51.7, -59.4, 150}, {"FM", 7.0, 155.0, 1600},
    {"FO", 62.0, -6.9, 70}, {"FR", 46.5, 2.5, 600}, {"GA", -0.6, 11.8, 380},
    {"GB", 54.1, -2.9, 650}, {"GD", 12.1, -61.7, 30}, {"GE", 42.2, 43.5, 260},
    {"GF", 3.9, -53.2, 260}, {"GG", 49.5, -2.6, 40}, {"GH", 7.9, -1.2, 400},
    {"GI", 36.1, -5.3, 5}, {"GL", 74.7, -41.4, 1700}, {"GM", 13.4, -15.4, 170},
    {"GN", 10.4, -10.9, 450}, {"GP", 16.2, -61.5, 60}, {"GQ", 1.7, 10.3, 550},
    {"GR", 39.0, 23.0, 480}, {"GS", -54.4, -36.6, 250}, {"GT", 15.7, -90.4, 260},
    {"GU", 13.4, 144.8, 30}, {"GW", 12.0, -15.0, 170}, {"GY", 4.8, -59.0, 450},
    {"HK", 22.4, 114.1, 40}, {"HN", 14.8, -86.6, 350}, {"HR", 45.1, 16.4, 280},
    {"HT", 18.9, -72.7, 170}, {"HU", 47.2, 19.4, 280}, {"ID", -2.2, 117.3, 2700},
    {"IE", 53.2, -8.1, 260}, {"IL", 31.4, 35.0, 230}, {"IM", 54.2, -4.5, 30},
    {"IN", 22.9, 79.6, 1900}, {"IO", -7.3, 72.4, 150}, {"IQ", 33.0, 43.7, 550},
    {"IR", 32.6, 54.3, 1150}, {"IS", 65.0, -18.6, 280}, {"IT", 42.8, 12.1, 700},
    {"JE", 49.2, -2.1, 15}, {"JM", 18.2, -77.3, 120}, {"JO", 31.2, 36.8, 280},
    {"JP", 37.6, 138.0, 1800}, {"KE", 0.6, 37.8, 600}, {"KG", 41.5, 74.5, 480},
    {"KH", 12.7, 104.9, 300}, {"KI", 0.9, -170.0, 2800}, {"KM", -11.9, 43.7, 120},
    {"KN", 17.3, -62.7, 30}, {"KP", 40.2, 127.2, 380}, {"KR", 36.4, 127.8, 340},
    {"KW", 29.3, 47.6, 110}, {"KY", 19.4, -80.9, 120}, {"KZ", 48.2, 67.3, 1600},
    {"LA", 18.5, 103.7, 580}, {"LB", 33.9, 35.9, 110}, {"LC", 13.9, -61.0, 30},
    {"LI", 47.1, 9.5, 15}, {"LK", 7.6, 80.7, 230}, {"LR", 6.5, -9.3, 280},
    {"LS", -29.6, 28.2, 150}, {"LT", 55.3, 23.9, 220}, {"LU", 49.8, 6.1, 50},
    {"LV", 56.9, 24.9, 250}, {"LY", 27.0, 18.0, 950}, {"MA", 29.8, -8.5, 900},
    {"MC", 43.7, 7.4, 5}, {"MD", 47.2, 28.5, 200}, {"ME", 42.8, 19.2, 110},
    {"MF", 18.1, -63.1, 15}, {"MG", -19.4, 46.7, 820}, {"MH", 7.0, 170.0, 700},
    {"MK", 41.6, 21.7, 120}, {"ML", 17.3, -3.5, 1000}, {"MM", 21.2, 96.5, 1050},
    {"MN", 46.8, 103.1, 1250}, {"MO", 22.2, 113.6, 15}, {"MP", 16.0, 145.7, 350},
    {"MQ", 14.7, -61.0, 40}, {"MR", 20.3, -10.3, 800}, {"MS", 16.7, -62.2, 15},
    {"MT", 35.9, 14.4, 25}, {"MU", -20.3, 57.6, 700}, {"MV", 3.7, 73.2, 450},
    {"MW", -13.2, 34.3, 470}, {"MX", 23.9, -102.5, 1800}, {"MY", 3.8, 109.7, 1100},
    {"MZ", -17.3, 35.5, 1100}, {"NA", -22.1, 17.2, 850}, {"NC", -21.3, 165.7, 280},
    {"NE", 17.4, 9.4, 900}, {"NF", -29.0, 167.9, 10}, {"NG", 9.6, 8.1, 750},
    {"NI", 12.8, -85.0, 300}, {"NL", 52.1, 5.3, 190}, {"NO", 64.5, 14.0, 1500},
    {"NP", 28.2, 84.0, 450}, {"NR", -0.5, 166.9, 10}, {"NU", -19.1, -169.9, 20},
    {"NZ", -41.8, 171.5, 1000}, {"OM", 20.6, 56.1, 600}, {"PA", 8.5, -80.1, 350},
    {"PE", -9.2, -74.4, 1150}, {"PF", -17.7, -145.0, 1500}, {"PG", -6.5, 145.2, 1000},
    {"PH", 11.8, 122.9, 950}, {"PK", 29.9, 69.3, 1000}, {"PL", 52.1, 19.4, 400},
    {"PM", 46.9, -56.3, 30}, {"PN", -24.4, -128.3, 350}, {"PR", 18.2, -66.5, 110},
    {"PS", 31.9, 35.2, 100}, {"PT", 39.6, -8.5, 1900}, {"PW", 7.5, 134.6, 400},
    {"PY", -23.2, -58.4, 600}, {"QA", 25.3, 51.2, 100}, {"RE", -21.1, 55.5, 50},
    {"RO", 45.9, 25.0, 400}, {"RS", 44.2, 20.8, 270}, {"RU", 61.0, 96.7, 4400},
    {"RW", -2.0, 29.9, 130}, {"SA", 24.1, 44.5, 1200}, {"SB", -8.9, 159.6, 900},
    {"SC", -4.7, 55.5, 1200}, {"SD", 16.0, 29.9, 1000}, {"SE", 62.8, 16.7, 850},
    {"SG", 1.4, 103.8, 30}, {"SH", -15.9, -5.7, 2800}, {"SI", 46.1, 14.8, 140},
    {"SJ", 78.8, 18.4, 500}, {"SK", 48.7, 19.5, 220}, {"SL", 8.6, -11.8, 190},
    {"SM", 43.9, 12.5, 10}, {"SN", 14.4, -14.5, 380}, {"SO", 4.8, 45.7, 900},
    {"SR", 4.1, -55.9, 300}, {"SS", 7.3, 30.2, 700}, {"ST", 0.4, 6.7, 140},
    {"SV", 13.7, -88.9, 150}, {"SX", 18.0, -63.1, 15}, {"SY", 35.0, 38.5, 430},
    {"SZ", -26.6, 31.5, 110}, {"TC", 21.8, -71.9, 90}, {"TD", 15.3, 18.6, 950},
    {"TF", -49.3, 69.2, 1500}, {"TG", 8.5, 1.0, 300}, {"TH", 15.1, 101.0, 900},
    {"TJ", 38.5, 71.0, 400}, {"TK", -9.1, -171.8, 100}, {"TL", -8.8, 125.8, 150},
    {"TM", 39.1, 59.4, 650}, {"TN", 34.1, 9.6, 420}, {"TO", -20.4, -174.8, 350},
    {"TR", 39.1, 35.2, 850}, {"TT", 10.5, -61.3, 90}, {"TV", -8.0, 178.0, 350},
    {"TW", 23.8, 121.0, 300}, {"TZ", -6.3, 34.8, 750}, {"UA", 49.0, 31.4, 750},
    {"UG", 1.3, 32.4, 380}, {"US", 44.0, -100.0, 2700}, {"UY", -32.8, -56.0, 330},
    {"UZ", 41.8, 63.1, 850}, {"VA", 41.9, 12.5, 5}, {"VC", 13.2, -61.2, 60},
    {"VE", 7.1, -66.2, 850}, {"VG", 18.5, -64.5, 50}, {"VI", 18.0, -64.8, 50},
    {"VN", 16.6, 106.3, 1000}, {"VU", -16.2, 167.7, 500}, {"WF", -13.9, -177.3, 150},
    {"WS", -13.8, -172.2, 90}, {"XK", 42.6, 20.9, 100}, {"YE", 15.9, 47.6, 650},
    {"YT", -12.8, 45.1, 30}, {"ZA", -29.0, 25.1, 1100}, {"ZM", -13.5, 27.8, 850},
    {"ZW", -19.0, 29.9, 500}}};
// clang-format on
static_assert(std::ranges::is_sorted(kCountries, {}, &Country::code));

// The first two numbers in a text.
std::optional<std::array<double, 2>> two_numbers(std::string_view text) {
  std::array<double, 2> numbers{};
  std::size_t found = 0;
  std::size_t at = 0;
  const auto is_part = [](char c) { return is_digit(c) || c == '.' || c == '-' || c == '+'; };
  while (at < text.size() && found < 2) {
    if (!is_part(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_part(text[end])) {
      ++end;
    }
    const auto number = parse_double(text.substr(at, end - at));
    if (!number) {
      return std::nullopt;
    }
    numbers[found++] = *number;
    at = end;
  }
  if (found < 2) {
    return std::nullopt;
  }
  return numbers;
}

}  // namespace

std::optional<Place> country_place(std::string_view iso_code) {
  if (iso_code.size() != 2) {
    return std::nullopt;
  }
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
  const std::array<char, 2> code = {upper(iso_code[0]), upper(iso_code[1])};
  const auto found =
      std::ranges::lower_bound(kCountries, std::string_view(code.data(), 2), {}, &Country::code);
  if (found == kCountries.end() || found->code != std::string_view(code.data(), 2)) {
    return std::nullopt;
  }
  return Place{found->latitude, found->longitude, found->radius_km};
}

std::optional<Place> parse_place(std::string_view text) {
  constexpr std::size_t kTextMax = 128;
  constexpr double kCityKm = 50;  // how exact a looked up place is at best
  if (text.size() > kTextMax) {
    return std::nullopt;
  }
  auto numbers = two_numbers(text);
  if (!numbers) {
    return std::nullopt;
  }
  const std::size_t longitude_at = text.find("lon");
  const std::size_t latitude_at = text.find("lat");
  const bool is_point = text.starts_with("POINT") || text.starts_with("[");
  if (is_point || (longitude_at != std::string_view::npos && longitude_at < latitude_at)) {
    std::swap((*numbers)[0], (*numbers)[1]);
  }
  if (std::abs((*numbers)[0]) > 90 || std::abs((*numbers)[1]) > 180) {
    return std::nullopt;
  }
  return Place{(*numbers)[0], (*numbers)[1], kCityKm};
}

double distance_km(const Place& a, const Place& b) {
  constexpr double kEarthKm = 6'371;
  constexpr double kRadian = std::numbers::pi / 180;
  const double up = std::sin((b.latitude - a.latitude) * kRadian / 2);
  const double across = std::sin((b.longitude - a.longitude) * kRadian / 2);
  const double chord =
      up * up + std::cos(a.latitude * kRadian) * std::cos(b.latitude * kRadian) * across * across;
  const double between = 2 * kEarthKm * std::asin(std::sqrt(std::clamp(chord, 0.0, 1.0)));
  return std::max(0.0, between - a.radius_km - b.radius_km);
}

}  // namespace tocsin
