using Actors;

var (seconds, idle) = args switch
{
    [] => (5, 100_000),
    [var s, var i] when int.TryParse(s, out var wanted) && wanted > 0 && int.TryParse(i, out var actors) && actors >= 0 => (wanted, actors),
    _ => (0, 0),
};
if (seconds == 0)
{
    Console.Error.WriteLine("usage: actors [<seconds per measurement> <idle actors>], by default 5 100000");
    return 2;
}
var ports = (App: FreePort.Take(), Sidecar: FreePort.Take());
await using var app = await CountingApp.StartAsync(ports.App, ports.Sidecar);
await using var sidecar = await MeasuredSidecar.StartAsync("counters", ports.App, ports.Sidecar, FreePort.Take(), MeasuredSidecar.Store);
using var caller = new Caller(ports.Sidecar);
await caller.MeasureAsync(sidecar, actors: 1000, concurrency: 32, TimeSpan.FromSeconds(seconds)); // warms up
Console.WriteLine(
    "many actors, a durable write in each call: "
        + $"{await caller.MeasureAsync(sidecar, actors: 1000, concurrency: 32, TimeSpan.FromSeconds(seconds))}"
);
Console.WriteLine(
    "one actor,   a durable write in each call: "
        + $"{await caller.MeasureAsync(sidecar, actors: 1, concurrency: 32, TimeSpan.FromSeconds(seconds))}"
);
var before = sidecar.MemoryInMiB;
await caller.WakeAsync(idle, concurrency: 32);
Console.WriteLine($"{idle} idle actors: {sidecar.MemoryInMiB - before} MiB more in the sidecar ({before} before)");
return 0;
