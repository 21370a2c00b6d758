using ServiceDefaults.Refusals;
using Shipping.Shipments;

namespace Shipping.Tests;

public sealed class ShipmentRulesTests
{
    private static readonly Destination Graz = new("Ada", "Main St 1", "Graz", "8010", "AT");
    private static readonly Shipment Requested = Shipment.Request("o1");
    private static readonly Shipment Arranged = new("o1", ShipmentStatus.Arranged, "TRK-o1", Graz, 1);

    [Fact]
    public void A_shipment_to_a_served_country_is_arranged() =>
        Assert.Equal(Arranged, ShipmentRules.Arrange(Requested, Graz, "TRK-o1").Event);

    [Theory]
    [InlineData("XX")]
    [InlineData("xx")]
    public void An_address_that_is_not_served_is_refused(string country) =>
        AssertRefused("address-not-served", ShipmentRules.Arrange(Requested, Graz with { Country = country }, "TRK-o1"));

    [Fact]
    public void Arranging_again_changes_nothing_not_even_the_tracking_number() =>
        Assert.True(ShipmentRules.Arrange(Arranged, Graz with { City = "Linz" }, "TRK-other").IsNothingToDo);

    [Theory]
    [InlineData("Shipped")]
    [InlineData("Delivered")]
    public void Arranging_a_shipment_on_its_way_does_nothing(string status) =>
        Assert.True(ShipmentRules.Arrange(In(status), Graz, "TRK-o1").IsNothingToDo);

    [Theory]
    [InlineData("Requested")]
    [InlineData("Arranged")]
    public void A_shipment_can_be_cancelled_before_it_is_shipped(string status)
    {
        var cancelled = ShipmentRules.Cancel(In(status)).Event!;
        Assert.Equal((ShipmentStatus.Cancelled, In(status).Version + 1), (cancelled.Status, cancelled.Version));
    }

    [Fact]
    public void Cancelling_again_changes_nothing() => Assert.True(ShipmentRules.Cancel(In("Cancelled")).IsNothingToDo);

    [Theory]
    [InlineData("Shipped")]
    [InlineData("Delivered")]
    public void A_shipment_on_its_way_can_not_be_cancelled(string status) =>
        AssertRefused("already-shipped", ShipmentRules.Cancel(In(status)));

    [Fact]
    public void Arranging_after_a_cancellation_is_refused() =>
        AssertRefused("shipment-cancelled", ShipmentRules.Arrange(ShipmentRules.Cancel(Requested).Event!, Graz, "TRK-o1"));

    private static Shipment In(string status) => Arranged with { Status = Enum.Parse<ShipmentStatus>(status) };

    private static void AssertRefused(string code, Decision<Shipment> decision) =>
        Assert.Equal((RefusalKind.Conflict, code), (decision.Refusal!.Kind, decision.Refusal.Code));
}
