#include <array>

#include <gtest/gtest.h>

#include "console/console_pages.h"

namespace tocsin {
namespace {

constexpr std::array kAssets = {
    ConsoleAsset{"/assets/a-1.js", "text/javascript", "\"abc\"", "plain script", "zipped"},
    ConsoleAsset{"/assets/f-1.woff2", "font/woff2", "\"def\"", "font", ""},
    ConsoleAsset{"/index.html", "text/html", "\"ghi\"",
                 "<head><meta name=\"csp-nonce\" content=\"\" /></head>", ""},
};

HttpRequest request(const std::string& path, const std::string& method = "GET") {
  HttpRequest made;
  made.method = method;
  made.path = path;
  return made;
}

std::string header(const HttpResponse& response, std::string_view name) {
  for (const HttpHeader& one : response.headers) {
    if (one.name == name) {
      return one.value;
    }
  }
  return {};
}

class ConsolePagesTest : public ::testing::Test {
 protected:
  ConsolePages pages_{kAssets};
};

TEST_F(ConsolePagesTest, EveryPathWithoutADotIsTheFirstPage) {
  for (const std::string& path :
       {std::string("/"), std::string("/alerts"), std::string("/entities/address/203"),
        std::string("/index.html"), std::string("/assets"), "/" + std::string(8'000, 'a')}) {
    const auto page = pages_.answer(request(path));
    ASSERT_TRUE(page) << path.substr(0, 40);
    EXPECT_EQ(page->status, 200);
    EXPECT_EQ(header(*page, "Cache-Control"), "no-store");
  }
}

TEST_F(ConsolePagesTest, WhatIsNotThePagesIsLeftAlone) {
  for (const std::string path :
       {"/api", "/api/v1/nothing", "/v1/decisions", "/health", "/metrics", "/assets/b.js",
        "/favicon.ico", "/.git/config", "/etc/passwd.txt"}) {
    EXPECT_FALSE(pages_.answer(request(path))) << path;
  }
  EXPECT_FALSE(pages_.answer(request("/", "POST")));
  EXPECT_FALSE(pages_.answer(request("/alerts", "DELETE")));
  EXPECT_TRUE(pages_.answer(request("/", "HEAD")));
  EXPECT_FALSE(ConsolePages({}).answer(request("/"))) << "a build without pages";
}

TEST_F(ConsolePagesTest, TheNonceOfThePolicyIsInThePageAndNeverTheSame) {
  std::string before;
  for (int i = 0; i < 3; ++i) {
    const auto page = pages_.answer(request("/"));
    const std::string policy = header(*page, "Content-Security-Policy");
    const std::size_t at = policy.find("'nonce-") + 7;
    const std::string nonce = policy.substr(at, policy.find('\'', at) - at);
    EXPECT_EQ(nonce.size(), 24U);
    EXPECT_NE(nonce, before);
    EXPECT_EQ(page->body, "<head><meta name=\"csp-nonce\" content=\"" + nonce + "\" /></head>");
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
    EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
    before = nonce;
  }
}

TEST_F(ConsolePagesTest, FilesAreKeptForAYearAndKnownByTheirTag) {
  HttpRequest asked = request("/assets/a-1.js");
  asked.headers = {{"Accept-Encoding", "br, gzip"}};
  const auto zipped = pages_.answer(asked);
  EXPECT_EQ(zipped->body_view(), "zipped");
  EXPECT_EQ(header(*zipped, "Content-Encoding"), "gzip");
  EXPECT_EQ(header(*zipped, "Vary"), "Accept-Encoding");
  EXPECT_EQ(header(*zipped, "Cache-Control"), "public, max-age=31536000, immutable");
  for (const std::string coding : {"", "br", "gzip;q=0", "x-gzip"}) {
    HttpRequest plain = request("/assets/a-1.js");
    plain.headers = {{"Accept-Encoding", coding}};
    EXPECT_EQ(pages_.answer(plain)->body_view(), "plain script") << coding;
  }
  HttpRequest known = request("/assets/a-1.js");
  known.headers = {{"If-None-Match", "\"x\", W/\"abc\""}};
  EXPECT_EQ(pages_.answer(known)->status, 304);
  EXPECT_EQ(pages_.answer(known)->body_view(), "");
  EXPECT_EQ(header(*pages_.answer(request("/assets/f-1.woff2")), "Content-Type"), "font/woff2");
}

TEST_F(ConsolePagesTest, EveryAnswerCarriesWhatKeepsABrowserSafe) {
  for (const std::string path : {"/", "/assets/a-1.js"}) {
    HttpRequest asked = request(path);
    const auto answer = pages_.answer(asked);
    EXPECT_EQ(header(*answer, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header(*answer, "Referrer-Policy"), "no-referrer");
    EXPECT_EQ(header(*answer, "Cross-Origin-Opener-Policy"), "same-origin");
    EXPECT_EQ(header(*answer, "Strict-Transport-Security"), "");
    asked.tls = true;
    EXPECT_EQ(header(*pages_.answer(asked), "Strict-Transport-Security"), "max-age=31536000");
  }
}

TEST(ConsoleAssets, TheBuiltConsoleIsInside) {
  const ConsolePages pages(console_assets());
  const auto page = pages.answer(request("/"));
  ASSERT_TRUE(page);
  EXPECT_NE(page->body.find("<div id=\"root\">"), std::string::npos);
  std::size_t scripts = 0;
  for (const ConsoleAsset& asset : console_assets()) {
    scripts += asset.content_type.starts_with("text/javascript") ? 1U : 0U;
    EXPECT_FALSE(asset.plain.empty()) << asset.path;
    EXPECT_EQ(asset.plain.find("://fonts."), std::string_view::npos) << asset.path;
  }
  EXPECT_GT(scripts, 3U);
}

}  // namespace
}  // namespace tocsin
