"""An SMTP server with STARTTLS and log-in for tests: Debian's aiosmtpd, run by Debian's Python.

Usage: smtp_receiver.py PORT CERTIFICATE KEY. Prints "ready", then one JSON object a mail.
"""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Keeper:
    async def handle_DATA(self, server, session, envelope):
        print(json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos,
                          "tls": session.ssl is not None, "authenticated": session.authenticated,
                          "data": envelope.content.decode("utf-8", "replace")}), flush=True)
        return "250 kept"


def log_in(server, session, envelope, mechanism, data):
    right = data.login == b"tocsin" and data.password == b"mail-secret"
    return AuthResult(success=right, handled=False)


async def main(port, certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Keeper(), tls_context=context, require_starttls=True, auth_required=True,
                     authenticator=log_in, hostname="localhost"), "127.0.0.1", port)
    print("ready", flush=True)
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
