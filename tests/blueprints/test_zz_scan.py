import collections
import traceback

from tests.blueprints.abuse import *

last=[]
def test_scan(either_shop, capsys):
    client = either_shop.test_client()
    v = visit(client)
    bad = collections.Counter()
    before = kept()
    orig = traceback
    def go(label, f):
        r = f()
        if r.status_code >= 500: bad[label] += 1
        return r
    for path, name, value, fields in v.tampered():
        if path.endswith("checkout/orders"):
            pass
        r = go(("FORM", path.replace(v.order,"ORDER"), name, value[:8]), lambda: client.post(path, data=fields))
        if kept() != before:
            bad[("CHANGED", path.replace(v.order,"ORDER"), name, value[:8], r.status_code)] += 1
            before = kept()
            if path.endswith("checkout/orders"): pass
    for pattern in addresses(v):
        for value in ODD:
            go(("PATH", pattern.replace(v.order,"ORDER"), value[:8]), lambda: client.get(at(pattern, value)))
    for c in ("cart","session","currency","country","shop","consent","suggestion"):
        for value in (*ODD, "\x00"*30, "ÀÀ", "zz", "ZZ"):
            fresh = either_shop.test_client()
            for u in ("/", EN+"/", EN+"/cart", EN+"/checkout", EN+"/visitor", EN+"/p/cup"):
                import werkzeug.http
                hdr = werkzeug.http.dump_cookie(c, value[:3000]).split(";")[0] if value else c+"="
                go(("COOKIE", c, value[:8], u), lambda: fresh.get(u, headers={"Cookie": hdr} ))
    with capsys.disabled():
        print(either_shop.config["SQLALCHEMY_DATABASE_URI"][:12], len(bad))
        for k, n in bad.items(): print(k, n)
