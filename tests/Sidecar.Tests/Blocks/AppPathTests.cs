using Sidecar.Http;

namespace Sidecar.Tests.Blocks;

public sealed class AppPathTests
{
    [Theory]
    [InlineData("", "/")]
    [InlineData("/", "/")]
    [InlineData("orders", "/orders")]
    [InlineData("/../orders//new/", "/orders/new")]
    [InlineData("/orders/?next=/a//b/", "/orders/?next=/a/b")]
    [InlineData("/orders?", "/orders")]
    [InlineData("/orders?text=a b#part", "/orders?text=a%20b")]
    [InlineData("/a%2Fb%zz%4", "/a%2Fb%25zz%254")]
    [InlineData("/:@,=$&+;!'()*[]/ü", "/:@,=$&+;!'()*[]/%C3%BC")]
    public void A_route_is_cleaned_and_keeps_its_escapes_and_query(string route, string expected) =>
        Assert.Equal($"http://127.0.0.1:1{expected}", AppPath.OfRoute(route, new Uri("http://127.0.0.1:1")).OriginalString);
}
