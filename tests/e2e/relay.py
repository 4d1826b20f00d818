"""Carries TCP connections from inside a network namespace to a port outside of it, over a Unix
socket: relay.py outside SOCKET PORT, relay.py inside SOCKET PORT."""

import asyncio
import sys


async def pump(reader, writer):
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    except (ConnectionError, OSError):
        pass
    finally:
        writer.close()


async def main(side: str, path: str, port: int) -> None:
    async def carry(reader, writer):
        try:
            if side == "outside":
                other = await asyncio.open_connection("127.0.0.1", port)
            else:
                other = await asyncio.open_unix_connection(path)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, other[1]), pump(other[0], writer))

    if side == "outside":
        server = await asyncio.start_unix_server(carry, path)
    else:
        server = await asyncio.start_server(carry, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
