using Inventory.Serializing;
using Inventory.Stock;

namespace Inventory.Tests;

public sealed class OpenReservationsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void The_newest_stay_few_and_a_full_page_is_put_aside_under_the_next_number()
    {
        var open = OpenReservations.None;
        var pages = new List<int>();
        for (var number = 0; number < (3 * OpenReservations.PageSize) + 1; number++)
        {
            var before = open.Next;
            (open, var full) = open.Add(new OpenReservation($"o{number}", Now));
            if (full is not null)
            {
                Assert.Equal(OpenReservations.PageSize, full.Count);
                pages.Add(before);
            }
        }
        Assert.Equal([0, 1, 2], pages);
        Assert.Equal((0, 3, "o96"), (open.First, open.Next, Assert.Single(open.Newest).OrderId));
    }

    [Theory]
    [InlineData("product-1", "product-1")]
    [InlineData("Tea_2.b-c", "Tea_2.b-c")]
    [InlineData("a/b", "b64-YS9i")]
    [InlineData("..", "b64-Li4")]
    [InlineData("last c ö", "b64-bGFzdCBjIMO2")]
    [InlineData("~x", "b64-fng")]
    [InlineData("b64-x", "b64-YjY0LXg")]
    public void Product_id_of_any_form_makes_an_actor_id_that_Daprs_scheduler_accepts(string productId, string actorId)
    {
        Assert.Equal(actorId, ActorName.Of(productId));
        Assert.Equal(productId, ActorName.ProductOf(actorId));
    }

    [Fact]
    public void Actor_id_of_an_earlier_version_still_leads_to_its_product() => Assert.Equal("a/b", ActorName.ProductOf("~YS9i"));

    [Theory]
    [InlineData("a", "b", "a")]
    [InlineData("b", "a", "a")]
    public void Requests_for_the_same_products_name_them_in_the_same_order(string one, string other, string first)
    {
        var request = StockRequest.For(StockOperation.Reserve, "o1", [new(one, 1), new(other, 1), new(one, 2)]);
        Assert.Equal(["a", "b"], request.Ahead);
        Assert.True(request.IsFirst(first));
        Assert.False(request.IsFirst("b"));
    }
}
