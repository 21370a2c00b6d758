using ReadModel;

const int Few = 1000;
var many = args switch
{
    [] => 100_000,
    [var text] when int.TryParse(text, out var wanted) && wanted > Few => wanted,
    _ => 0,
};
if (many == 0)
{
    Console.Error.WriteLine($"usage: read-model [<orders, more than {Few}>], by default 100000");
    return 2;
}
await using var orders = await OrdersAlone.StartAsync();
using var seed = new Seed(orders);
using var reading = new Reading(orders);

await seed.GrowToAsync(Few);
Console.WriteLine($"{Few} orders of one customer: rebuilt at {await reading.RebuildAsync(Few):0} orders/s");
Console.WriteLine($"  {await reading.PagesAsync()}");
await seed.GrowToAsync(many);
Console.WriteLine($"{many} orders of one customer: rebuilt at {await reading.RebuildAsync(many):0} orders/s");
Console.WriteLine($"  {await reading.PagesAsync()}");
return 0;
