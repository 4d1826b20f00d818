// Places: where an event says it is, as a circle on the globe, and how far two circles are apart.
//
// A country is a circle around its middle that reaches its far ends, so distances between countries
// are the shortest plausible. Pure functions.
#pragma once

#include <optional>
#include <string_view>

namespace tocsin {

struct Place {
  double latitude = 0;  // degrees
  double longitude = 0;
  double radius_km = 0;
};

// By ISO 3166-1 alpha-2 code; nothing for codes that are no country.
std::optional<Place> country_place(std::string_view iso_code);
// "48.1,11.6" (latitude, longitude), "POINT (11.6 48.1)" (longitude, latitude), or JSON of either
// order as objects {"lat": …, "lon": …} write it.
std::optional<Place> parse_place(std::string_view text);
// Between the nearest points of the two; 0 when they touch.
double distance_km(const Place& a, const Place& b);

}  // namespace tocsin
