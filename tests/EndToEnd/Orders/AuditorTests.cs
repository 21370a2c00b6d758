namespace EndToEnd.Orders;

/// <summary>Tests of the auditor: no report for a consistent shop, and a report for each planted fault.</summary>
public sealed class AuditorTests
{
    private static readonly ShopState Sound = new(
        Before: [Product(available: 10, reserved: 0)],
        After: [Product(available: 8, reserved: 2)],
        Orders:
        [
            Audited("paid", "confirmed", "order.created", "order.confirmed"),
            Audited("declined", "cancelled", "order.created", "order.cancelled"),
        ],
        Earlier: [],
        Payments: [new Booking("paid", 200, Captured: true, Refunded: false), new Booking("declined", 200, Captured: true, Refunded: true)],
        Shipments: [new ShipmentBooking("paid", "arranged"), new ShipmentBooking("declined", "cancelled")],
        Listed: ["paid", "declined"]
    );

    public static TheoryData<string, string> Faults =>
        new()
        {
            { "an order is accepted twice", "order paid was accepted 2 times" },
            { "a unit is lost", "product-1: available, reserved and sold are (7, 2, 0), and by the orders (8, 2, 0)" },
            { "goods are sold and not shipped", "product-1: available, reserved and sold are (8, 0, 2), and by the orders (8, 2, 0)" },
            { "goods stay held", "product-1: available, reserved and sold are (6, 4, 0), and by the orders (8, 2, 0)" },
            { "a charge is doubled", "order paid is confirmed: 400 are kept of 200" },
            { "a charge is not given back", "order declined is cancelled: 200 are kept of 0" },
            { "a stranger is charged", "200 are kept for nobody, which is no order" },
            { "a shipment is missing", "order paid is confirmed and has no shipment" },
            { "a cancelled order is shipped", "a shipment is arranged for declined, which is cancelled" },
            { "a stream ends otherwise than its order", "order paid is confirmed, and its events are order.created order.cancelled" },
            {
                "an end is published twice",
                "order paid is confirmed, and its events are order.created order.confirmed order.confirmed: one is there twice"
            },
            {
                "a saga publishes too much",
                "order paid is confirmed, and its events are order.created order.refund-requested order.confirmed: more than "
                    + "an orchestrated saga publishes"
            },
            { "an order is in no list", "order paid is in no list" },
            { "an order is listed twice", "order paid is listed 2 times" },
        };

    [Fact]
    public void A_consistent_shop_has_no_faults() => Assert.Empty(Auditor.Audit(Sound));

    [Theory]
    [InlineData("shipped", 2)]
    [InlineData("delivered", 2)]
    [InlineData("shipped", 0)] // the stock does not know yet
    public void Goods_on_the_way_are_sold(string status, int sold) =>
        Assert.Empty(
            Auditor.Audit(
                Sound with
                {
                    After = [Product(available: 8, reserved: 2 - sold, sold)],
                    Shipments = [new ShipmentBooking("paid", status), new ShipmentBooking("declined", "cancelled")],
                }
            )
        );

    [Theory]
    [InlineData("shipped", "order.created", "order.confirmed", "order.shipped")]
    [InlineData("delivered", "order.created", "order.confirmed", "order.shipped", "order.delivered")]
    public void An_order_on_its_way_is_a_confirmed_order(string status, params string[] events)
    {
        var way = Sound with
        {
            After = [Product(available: 8, reserved: 0, sold: 2)],
            Orders = [Audited("paid", status, events), Sound.Orders[1]],
            Shipments = [new ShipmentBooking("paid", status), new ShipmentBooking("declined", "cancelled")],
        };
        Assert.Empty(Auditor.Audit(way));
        Assert.NotEmpty(Auditor.Audit(way with { Payments = [] }));
        Assert.NotEmpty(Auditor.Audit(way with { Orders = [Audited("paid", status, [.. events, events[^1]]), Sound.Orders[1]] }));
    }

    [Theory]
    [InlineData(8, 2, "arranged")]
    [InlineData(10, 0, "cancelled")]
    public void An_order_that_waits_for_an_operator_may_be_undone_in_part(int available, int reserved, string shipment)
    {
        var parked = Sound with
        {
            After = [Product(available, reserved)],
            Orders = [Audited("paid", "intervention", "order.created"), Sound.Orders[1]],
            Shipments = [new ShipmentBooking("paid", shipment), new ShipmentBooking("declined", "cancelled")],
        };
        Assert.Empty(Auditor.Audit(parked));
        Assert.NotEmpty(Auditor.Audit(parked with { After = [Product(available - 3, reserved + 3)] }));
    }

    [Fact]
    public void Earlier_orders_count_for_payments_and_shipments() =>
        Assert.Empty(
            Auditor.Audit(
                Sound with
                {
                    Earlier = [Order("earlier", "confirmed")],
                    Payments = [.. Sound.Payments, new Booking("earlier", 200, Captured: true, Refunded: false)],
                    Shipments = [.. Sound.Shipments, new ShipmentBooking("earlier", "arranged")],
                    Listed = [.. Sound.Listed, "earlier"],
                }
            )
        );

    [Theory]
    [MemberData(nameof(Faults))]
    public void Auditor_reports_a_planted_fault(string fault, string named) => Assert.Contains(named, Auditor.Audit(Plant(fault)));

    private static ShopState Plant(string fault) =>
        fault switch
        {
            "an order is accepted twice" => Sound with { Orders = [.. Sound.Orders, Sound.Orders[0]] },
            "a unit is lost" => Sound with { After = [Product(available: 7, reserved: 2)] },
            "goods are sold and not shipped" => Sound with { After = [Product(available: 8, reserved: 0, sold: 2)] },
            "goods stay held" => Sound with { After = [Product(available: 6, reserved: 4)] },
            "a charge is doubled" => Sound with
            {
                Payments = [.. Sound.Payments, new Booking("paid", 200, Captured: true, Refunded: false)],
            },
            "a charge is not given back" => Sound with
            {
                Payments = [Sound.Payments.First(), new Booking("declined", 200, Captured: true, Refunded: false)],
            },
            "a stranger is charged" => Sound with
            {
                Payments = [.. Sound.Payments, new Booking("nobody", 200, Captured: true, Refunded: false)],
            },
            "a shipment is missing" => Sound with { Shipments = [] },
            "a cancelled order is shipped" => Sound with { Shipments = [.. Sound.Shipments, new ShipmentBooking("declined", "arranged")] },
            "a stream ends otherwise than its order" => Sound with
            {
                Orders = [Audited("paid", "confirmed", "order.created", "order.cancelled"), Sound.Orders[1]],
            },
            "an end is published twice" => Sound with
            {
                Orders = [Audited("paid", "confirmed", "order.created", "order.confirmed", "order.confirmed"), Sound.Orders[1]],
            },
            "a saga publishes too much" => Sound with
            {
                Orders = [Audited("paid", "confirmed", "order.created", "order.refund-requested", "order.confirmed"), Sound.Orders[1]],
            },
            "an order is in no list" => Sound with { Listed = ["declined"] },
            "an order is listed twice" => Sound with { Listed = [.. Sound.Listed, "paid"] },
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "this fault can't be planted"),
        };

    private static ProductView Product(int available, int reserved, int sold = 0) =>
        new("product-1", "One", 100, "EUR", available, reserved, sold);

    private static OrderView Order(string orderId, string status) =>
        new(orderId, "customer-1", status, "orchestration", [new OrderItem("product-1", 2, 100)], 200, "EUR", [], null, null);

    private static AuditedOrder Audited(string orderId, string status, params string[] events) => new(Order(orderId, status), events);
}
