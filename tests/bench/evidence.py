import asyncio, sys
from tests.bench.evidence_rows import fill
from tests.bench.catalogue import say
from hotline1022.db.migrate import migrate
from tests.lab.postgres import TemporaryPostgres


async def main(rows):
    c = TemporaryPostgres()
    c.create()
    c.start()
    try:
        a = await c.make("bench")
        await migrate(a)
        say("fill")
        await fill(a, rows)
        say("done")
        open("/tmp/s6_pg.url", "w").write(a)
        while not __import__("os").path.exists("/tmp/s6_pg.stop"):
            await asyncio.sleep(1)
    finally:
        c.stop()
        c.remove()


asyncio.run(main(int(sys.argv[1])))
