using Shipping.Moving;
using Shipping.Shipments;

namespace Shipping.Tests;

public sealed class MovingRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly ShippingOptions Minutes = new() { ShipAfter = TimeSpan.FromMinutes(1), DeliverAfter = TimeSpan.FromMinutes(1) };

    [Fact]
    public void The_first_tick_ships_and_the_next_delivers()
    {
        var shipped = Tick(Shipment(ShipmentStatus.Arranged), Now);
        Assert.Equal(ShipmentStatus.Shipped, shipped.Status);
        Assert.Equal(ShipmentStatus.Delivered, Tick(shipped with { Since = Now }, Now.AddSeconds(59)).Status);
    }

    [Fact]
    public void A_repeated_tick_does_not_deliver_a_shipment_that_has_just_left() =>
        Assert.True(MovingRules.Tick(Shipment(ShipmentStatus.Shipped) with { Since = Now }, Minutes, Now.AddSeconds(2)).IsNothingToDo);

    [Fact]
    public void A_shipment_stored_before_times_were_kept_is_delivered() =>
        Assert.Equal(ShipmentStatus.Delivered, Tick(Shipment(ShipmentStatus.Shipped), Now).Status);

    [Theory]
    [InlineData("Requested")]
    [InlineData("Cancelled")]
    [InlineData("Refused")]
    [InlineData("Delivered")]
    public void A_late_tick_changes_nothing_and_is_the_last(string status)
    {
        var before = Shipment(Enum.Parse<ShipmentStatus>(status));
        Assert.True(MovingRules.Tick(before, Minutes, Now).IsNothingToDo);
        Assert.True(MovingRules.IsAtEnd(before, Minutes));
    }

    [Fact]
    public void Without_a_time_of_delivery_the_reminder_ends_once_the_goods_have_left()
    {
        var options = Minutes with { DeliverAfter = TimeSpan.Zero };
        var shipped = MovingRules.Tick(Shipment(ShipmentStatus.Arranged), options, Now).Event!;
        Assert.Equal((ShipmentStatus.Shipped, true), (shipped.Status, MovingRules.IsAtEnd(shipped, options)));
        Assert.Equal(Minutes.ShipAfter, options.Period);
    }

    private static Shipment Tick(Shipment before, DateTimeOffset now) => MovingRules.Tick(before, Minutes, now).Event!;

    private static Shipment Shipment(ShipmentStatus status) => new("o1", status, "TRK-o1", null, 1);
}
