def test_x(client):
    import re
    t=client.get("/en-de/p/cup/why?to=CH").text
    print(re.sub(r"\s+"," ",re.sub(r"<[^>]*>"," ",t.split('id="main"')[1]))[:1500])
    print(client.post("/api/v1/carts", json={"market": "de"}).text[:500])
    client.post("/en-de/cart/lines", data={"sku": "CUP", "quantity": 3})
    t=client.get("/en-de/cart/why").text
    print(re.sub(r"\s+"," ",re.sub(r"<[^>]*>"," ",t.split('id="main"')[1]))[:1500])
