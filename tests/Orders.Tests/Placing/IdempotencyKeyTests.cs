using Orders.Placing;
using ServiceDefaults.Refusals;

namespace Orders.Tests.Placing;

public sealed class IdempotencyKeyTests
{
    [Fact]
    public void The_same_key_of_the_same_customer_is_the_same_order() =>
        Assert.Equal(IdempotencyKey.OrderId("key-1", "customer-1").Value, IdempotencyKey.OrderId("key-1", "customer-1").Value);

    [Fact]
    public void The_id_of_a_key_never_changes_between_versions() =>
        Assert.Equal("9193b636a11ab9d4e82f605770d52eb0", IdempotencyKey.OrderId("key-1", "customer-1").Value);

    [Fact]
    public void The_same_key_of_another_customer_is_another_order() =>
        Assert.NotEqual(IdempotencyKey.OrderId("key-1", "customer-1").Value, IdempotencyKey.OrderId("key-1", "customer-2").Value);

    [Fact]
    public void Another_key_is_another_order() =>
        Assert.NotEqual(IdempotencyKey.OrderId("key-1", "customer-1").Value, IdempotencyKey.OrderId("key-2", "customer-1").Value);

    [Fact]
    public void Without_a_key_every_request_is_a_new_order() =>
        Assert.NotEqual(IdempotencyKey.OrderId(null, "customer-1").Value, IdempotencyKey.OrderId(null, "customer-1").Value);

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    public void A_key_must_have_1_to_255_characters(int length)
    {
        var refusal = IdempotencyKey.OrderId(new string('k', length), "customer-1").Refusal!;
        Assert.Equal((RefusalKind.Invalid, "idempotency-key-invalid"), (refusal.Kind, refusal.Code));
    }

    [Fact]
    public void The_longest_key_is_taken() => Assert.Null(IdempotencyKey.OrderId(new string('k', 255), "customer-1").Refusal);

    [Fact]
    public void Ids_have_one_shape_with_and_without_a_key() =>
        Assert.All([IdempotencyKey.OrderId("key-1", "customer-1").Value, IdempotencyKey.OrderId(null, "customer-1").Value], id =>
            Assert.Matches("^[0-9a-f]{32}$", id!)
        );

    [Fact]
    public void Requests_that_differ_in_anything_have_another_hash()
    {
        var request = new PlaceOrder("customer-1", [new RequestedItem("product-1", 1)], "tok_ok", null);

        Assert.Equal(IdempotencyKey.HashOf(request), IdempotencyKey.HashOf(request with { Items = [new RequestedItem("product-1", 1)] }));
        Assert.NotEqual(
            IdempotencyKey.HashOf(request),
            IdempotencyKey.HashOf(request with { Items = [new RequestedItem("product-1", 2)] })
        );
        Assert.NotEqual(IdempotencyKey.HashOf(request), IdempotencyKey.HashOf(request with { PaymentToken = "tok_declined" }));
    }
}
