// TLS contexts from files: 1.2 and newer, for the HTTP server and for syslog over TLS (RFC 5425).
#pragma once

#include <memory>

#include "base/result.h"
#include "http/server.h"

namespace boost::asio::ssl {
class context;
}

namespace tocsin {

// A server's context. kInvalid when a file cannot be read, is no PEM, or the key does not fit the
// certificate; the text names the file.
Result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const TlsFiles& files);

}  // namespace tocsin
