#include "http/tls.h"

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "http/client.h"
#include "http/raw_socket_test.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// A self-signed certificate for 127.0.0.1 and its key.
TlsFiles make_certificate(const std::string& folder) {
  const std::unique_ptr<EVP_PKEY, Free> key(EVP_EC_gen("P-256"));
  const std::unique_ptr<X509, Free> certificate(X509_new());
  X509* const x = certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), 3600);
  X509_NAME* const name = X509_get_subject_name(x);
  const std::string common = "127.0.0.1";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1, 0);
  X509_set_issuer_name(x, name);
  X509_set_pubkey(x, key.get());
  X509_sign(x, key.get(), EVP_sha256());
  TlsFiles files{folder + "/cert.pem", folder + "/key.pem"};
  const std::unique_ptr<std::FILE, Free> cert_file(std::fopen(files.certificate_file.c_str(), "w"));
  const std::unique_ptr<std::FILE, Free> key_file(std::fopen(files.key_file.c_str(), "w"));
  PEM_write_X509(cert_file.get(), x);
  PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return files;
}

TEST(Tls, ServesHttps) {
  const TempDirectory directory;
  Metrics metrics;
  Log log;
  SystemClock clock;
  HttpServerOptions options;
  options.tls = make_certificate(directory.path());
  auto server = HttpServer::start(
      options,
      [](HttpRequest request, Responder responder) {
        responder.send(HttpResponse::text(200, request.tls ? "secret " + request.body : "plain"));
      },
      metrics, log, clock);
  ASSERT_TRUE(server) << server.error().full_text();
  HttpClientRequest request;
  request.method = "POST";
  request.url = "https://127.0.0.1:" + std::to_string((*server)->port()) + "/";
  request.body = std::string(300'000, 'b');
  HttpClientOptions trust;
  trust.verify_certificate = false;
  HttpClient trusting(trust);
  for (int i = 0; i < 3; ++i) {
    const auto response = trusting.request(request);
    ASSERT_TRUE(response) << response.error().full_text();
    EXPECT_EQ(response->body, "secret " + request.body);
  }
  const auto untrusted = HttpClient().request(request);
  ASSERT_FALSE(untrusted);
  EXPECT_EQ(untrusted.error().code(), ErrorCode::kDenied);
  RawSocket plain((*server)->port());
  plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  plain.read_to_end();
  EXPECT_EQ(metrics.counter("tocsin_http_events_total", "", {{"event", "tls_failed"}}).value(), 2U);
}

TEST(Tls, NamesTheFileThatIsWrong) {
  const TempDirectory directory;
  const TlsFiles good = make_certificate(directory.path());
  const auto missing = make_tls_context({directory / "none.pem", good.key_file});
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().text().find("none.pem"), std::string::npos);
  std::ofstream(directory / "bad.pem") << "not PEM";
  EXPECT_FALSE(make_tls_context({directory / "bad.pem", good.key_file}));
  EXPECT_FALSE(make_tls_context({good.certificate_file, directory / "bad.pem"}));
  const TempDirectory other;
  const TlsFiles stranger = make_certificate(other.path());
  EXPECT_FALSE(make_tls_context({good.certificate_file, stranger.key_file}));
  EXPECT_TRUE(make_tls_context(good));
}

}  // namespace
}  // namespace tocsin
