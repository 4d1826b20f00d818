#include "base/json_writer.h"

#include <limits>

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(JsonWriter, NestsAndSeparates) {
  JsonWriter json;
  json.begin_object().member("a", 1).key("b").begin_array().value("x").value(true).null();
  json.begin_object().end_object().end_array().member("c", 1.5).end_object();
  EXPECT_EQ(json.take(), R"({"a":1,"b":["x",true,null,{}],"c":1.5})");
}

TEST(JsonWriter, EscapesWhatMustBeEscaped) {
  std::string out;
  append_json_string(out, std::string_view("\"\\\n\r\t\x01\x7f\0<", 9));
  EXPECT_EQ(out, R"("\"\\\n\r\t\u0001\u007f\u0000<")");
}

TEST(JsonWriter, ReplacesBytesThatAreNotUtf8) {
  std::string out;
  append_json_string(out,
                     "a\xFF"
                     "b");
  EXPECT_EQ(out,
            "\"a\xEF\xBF\xBD"
            "b\"");
}

TEST(JsonWriter, WritesNumbersThatJsonCannotHoldAsNull) {
  JsonWriter json;
  json.begin_array().value(std::numeric_limits<double>::quiet_NaN());
  json.value(std::numeric_limits<double>::infinity()).value(UINT64_MAX).end_array();
  EXPECT_EQ(json.take(), "[null,null,18446744073709551615]");
}

TEST(JsonWriterDeathTest, RefusesAValueWithoutAKey) {
  EXPECT_DEATH(JsonWriter().begin_object().value(1), "CHECK");
}

}  // namespace
}  // namespace tocsin
