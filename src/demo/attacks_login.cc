// Attacks on log-ins and accounts.
#include <array>

#include "demo/attacks.h"

namespace tocsin {

void brute_force_ssh(Scene& scene) {
  const std::string attacker = scene.address();
  for (int i = 0; i < 60; ++i) {
    scene.ssh_failed("root", attacker);
    scene.wait(2 + scene.rng().unit() * 3);
  }
  scene.expect("Many failed log-ins from one address", "source.ip", attacker);
  scene.expect("ssh log-ins as root are tried", "source.ip", attacker);
}

void brute_force_account(Scene& scene) {
  const std::string victim = scene.victim();
  for (std::uint32_t i = 0; i < 24; ++i) {
    scene.log_in_failed(victim, scene.address(1 + i % 12));
    scene.wait(10 + scene.rng().unit() * 5);
  }
  scene.expect("Many failed log-ins to one account", "user.name", victim);
  scene.expect("One account is tried from many addresses", "user.name", victim);
}

void spray_passwords(Scene& scene) {
  const std::string attacker = scene.address();
  for (std::uint32_t i = 0; i < 25; ++i) {
    scene.log_in_failed(scene.victim(i), attacker);
    scene.wait(8 + scene.rng().unit() * 6);
  }
  scene.wait(40);
  scene.log_in_done(scene.victim(9), attacker);
  scene.expect("One address tries many accounts (password spraying)", "source.ip", attacker);
  scene.expect("Password spraying found a password", "source.ip", attacker);
}

void stuff_credentials(Scene& scene) {
  for (std::uint32_t i = 0; i < 90; ++i) {
    scene.log_in_failed(scene.victim(i), scene.address(1 + i % 39));
    scene.wait(1.5 + scene.rng().unit() * 2);
  }
  scene.expect("Many accounts fail from many addresses (credential stuffing)");
}

void take_account_over(Scene& scene) {
  const std::string attacker = scene.address();
  const std::string victim = scene.victim();
  for (int i = 0; i < 14; ++i) {
    scene.log_in_failed(victim, attacker);
    scene.wait(12 + scene.rng().unit() * 8);
  }
  scene.log_in_done(victim, attacker);
  scene.expect("Log-in succeeded after many failures", "source.ip", attacker);
  scene.expect("Many failed log-ins from one address", "source.ip", attacker);
}

void hammer_login_page(Scene& scene) {
  const std::string attacker = scene.address();
  for (int i = 0; i < 50; ++i) {
    scene.web(attacker, "POST", "/login", 401, "python-requests/2.32.3");
    scene.wait(2 + scene.rng().unit() * 2);
  }
  scene.expect("Many refused log-ins on the web from one address", "source.ip", attacker);
}

void guess_slowly(Scene& scene) {
  const std::string attacker = scene.address();
  for (std::uint32_t i = 0; i < 45; ++i) {
    scene.ssh_failed(i % 2 == 0 ? "deploy" : "backup", attacker);
    scene.wait(420 + scene.rng().unit() * 200);
  }
  scene.expect("Slow password guessing at one account from one address", "source.ip", attacker);
}

void try_unknown_ssh_users(Scene& scene) {
  constexpr auto kNames =
      std::to_array<std::string_view>({"admin", "test", "oracle", "ubuntu", "pi", "git", "postgres",
                                       "ftpuser", "minecraft", "user", "guest", "support"});
  const std::string attacker = scene.address();
  for (const std::string_view name : kNames) {
    scene.ssh_failed(name, attacker, false);
    scene.wait(6 + scene.rng().unit() * 20);
  }
  scene.expect("ssh log-ins with users that do not exist", "source.ip", attacker);
}

void enumerate_users(Scene& scene) {
  const std::string attacker = scene.address();
  for (std::uint32_t i = 0; i < 18; ++i) {
    scene.log_in_failed(scene.victim(i), attacker, "unknown user");
    scene.wait(12 + scene.rng().unit() * 10);
  }
  scene.expect("Somebody looks for accounts that exist (user enumeration)", "source.ip", attacker);
}

void enter_as_root(Scene& scene) {
  const std::string attacker = scene.address();
  scene.host("db1", "sshd", "Accepted password for root from " + attacker + " port 50112 ssh2");
  scene.host("db1", "sshd",
             "pam_unix(sshd:session): session opened for user root(uid=0) by (uid=0)");
  scene.expect("root logged in over ssh with a password", "source.ip", attacker);
}

void tire_second_factor(Scene& scene) {
  const std::string attacker = scene.address();
  const std::string victim = scene.victim();
  for (int i = 0; i < 9; ++i) {
    scene.auth("mfa_challenge", "failure", victim, attacker, "denied by user");
    scene.wait(25 + scene.rng().unit() * 20);
  }
  scene.expect("Second factor asked again and again (MFA fatigue)", "user.name", victim);
}

void flood_password_resets(Scene& scene) {
  const std::string attacker = scene.address();
  for (std::uint32_t i = 0; i < 30; ++i) {
    scene.web(attacker, "POST", "/account/forgot-password", 200);
    scene.auth("password_reset", "success", scene.victim(i), attacker);
    scene.wait(5 + scene.rng().unit() * 6);
  }
  scene.expect("One address asks for many password resets", "source.ip", attacker);
}

void bomb_password_resets(Scene& scene) {
  const std::string victim = scene.victim();
  for (std::uint32_t i = 0; i < 9; ++i) {
    scene.auth("password_reset", "success", victim, scene.address(1 + i));
    scene.wait(40 + scene.rng().unit() * 20);
  }
  scene.expect("One account gets many password resets", "user.name", victim);
}

void lock_accounts(Scene& scene) {
  const std::string attacker = scene.address();
  for (std::uint32_t i = 0; i < 8; ++i) {
    scene.auth("account_locked", "failure", scene.victim(i), attacker, "too many failures");
    scene.wait(30 + scene.rng().unit() * 20);
  }
  scene.expect("Several accounts are locked out");
}

void reuse_token(Scene& scene) {
  const std::string attacker = scene.address();
  scene.owasp("authn_token_reuse:" + scene.victim() + ",tok-4711", attacker);
  scene.expect("A revoked or expired token was used again", "source.ip", attacker);
}

}  // namespace tocsin
