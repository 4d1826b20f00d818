// Every mistake in a document is named with its place.
#include "api/document_check.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tocsin {
namespace {

std::string places(DocumentKind kind, std::string_view json) {
  std::string all;
  for (const FieldProblem& one : check_document(kind, json)) {
    all += (all.empty() ? "" : " ") + one.field;
  }
  return all;
}
std::string board(std::string_view panels) {
  return fmt::format(R"({{"range":"24h","refresh_s":30,"panels":[{}]}})", panels);
}
constexpr std::string_view kGood =
    R"({"id":"a","title":"A","type":"bars","query":"* | top 10 source.ip","x":6,"y":0,"w":6,"h":3})";

TEST(DocumentCheckTest, GoodOnesPass) {
  EXPECT_EQ(places(DocumentKind::kDashboard, board(kGood)), "");
  EXPECT_EQ(places(DocumentKind::kDashboard, R"({"refresh_s":0,"panels":[]})"), "");
  EXPECT_EQ(places(DocumentKind::kSavedSearch,
                   R"({"query":"event.outcome:failure","range":"7d","columns":["user.name"]})"),
            "");
  EXPECT_EQ(places(DocumentKind::kSavedSearch, R"({"query":""})"), "");
}

TEST(DocumentCheckTest, EachMistakeNamesItsPlace) {
  const auto of = [](std::string_view panel) {
    return places(DocumentKind::kDashboard, board(std::string(kGood) + "," + std::string(panel)));
  };
  EXPECT_EQ(of(kGood), "panels[1].id");
  EXPECT_EQ(of("7"), "panels[1]");
  EXPECT_EQ(of(R"({"id":"b","title":"","type":"gauge","query":"* | tpo 3","x":8,"y":-1,"w":6,)"
               R"("h":1.5,"options":[],"html":"<b>"})"),
            "panels[1].html panels[1].title panels[1].type panels[1].query panels[1].w "
            "panels[1].y panels[1].h panels[1].options");
  EXPECT_EQ(of("{}"),
            "panels[1].id panels[1].title panels[1].type panels[1].query panels[1].x panels[1].w "
            "panels[1].y panels[1].h");
  EXPECT_EQ(places(DocumentKind::kDashboard, R"({"range":"soon","refresh_s":1,"x":1})"),
            "x range refresh_s panels");
  EXPECT_EQ(places(DocumentKind::kSavedSearch, R"({"query":"a:(","columns":[1]})"),
            "query columns");
  EXPECT_EQ(places(DocumentKind::kSavedSearch, "[]"), "document");
  EXPECT_EQ(places(DocumentKind::kDashboard, "{"), "document");
}

TEST(DocumentCheckTest, SayingEndsSomewhere) {
  std::string panels = "1";
  for (int i = 0; i < 59; ++i) {
    panels += ",1";
  }
  EXPECT_EQ(check_document(DocumentKind::kDashboard, board(panels)).size(), 20U);
  EXPECT_EQ(places(DocumentKind::kDashboard, board(panels + ",1")), "panels");
}

}  // namespace
}  // namespace tocsin
