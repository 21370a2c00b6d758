using System.Text.Json;
using Load.Measuring;
using Spectre.Console;

namespace Load.Reporting;

/// <summary>A tenth of the run: its rate and its median, so that drift shows.</summary>
internal sealed record Tenth(double OrdersPerSecond, double P50);

/// <summary>The report of a run. Rates count confirmed orders; latencies are milliseconds.</summary>
internal sealed record Report(
    string Url,
    string? Saga,
    int Orders,
    int Concurrency,
    double Seconds,
    int Confirmed,
    double OrdersPerSecond,
    Latency? ToEnd,
    Latency? Post,
    Tenth? First,
    Tenth? Last,
    double ChecksPerOrder,
    IReadOnlyDictionary<string, int> Outcomes,
    IReadOnlyDictionary<string, int> Errors,
    double FsyncsPerSecond,
    Machine Machine
)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <param name="samples">In the order in which they finished.</param>
    public static Report Of(LoadPlan plan, IReadOnlyList<Sample> samples, TimeSpan elapsed, double fsyncs)
    {
        var ended = samples.Where(sample => !sample.IsError).ToList();
        var confirmed = ended.Count(sample => sample.Outcome == "confirmed");
        return new Report(
            plan.Url.ToString(),
            plan.Saga,
            plan.Orders,
            plan.Concurrency,
            Math.Round(elapsed.TotalSeconds, 3),
            confirmed,
            Rate(confirmed, elapsed),
            Latency.Of(ended.Select(sample => sample.Total)),
            Latency.Of(ended.Select(sample => sample.Post)),
            TenthOf(ended, 0, TimeSpan.Zero),
            TenthOf(ended, ended.Count - (ended.Count / 10), null),
            ended.Count == 0 ? 0 : Math.Round(ended.Average(sample => sample.Checks), 2),
            Count(ended),
            Count(samples.Where(sample => sample.IsError)),
            Math.Round(fsyncs),
            Machine.Here()
        );
    }

    public void WriteJson(TextWriter output) => output.WriteLine(JsonSerializer.Serialize(this, Web));

    public void WriteText(IAnsiConsole console)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        void Row(string name, string text) => grid.AddRow(Markup.Escape(name), Markup.Escape(text));
        Row(
            "orders",
            $"{Confirmed} of {Orders} confirmed in {Seconds} s at concurrency {Concurrency}, {Url}{(Saga is null ? "" : $", {Saga}")}"
        );
        Row("rate", $"{OrdersPerSecond} orders/s to confirmed");
        Row("POST to end", ToEnd?.ToString() ?? "none ended");
        Row("POST alone", Post?.ToString() ?? "none ended");
        Row("first 10 %", TextOf(First));
        Row("last 10 %", TextOf(Last));
        Row("asked for", $"{ChecksPerOrder} times an order; what the pause between two questions adds is in the latency");
        Row("outcomes", TextOf(Outcomes));
        Row("errors", TextOf(Errors));
        Row("disk", $"{FsyncsPerSecond} fsyncs/s of 4 KiB just before");
        Row("machine", $"{Machine.Cores} cores, {Machine.MemoryGiB} GiB, {Machine.Os}, {Machine.DotNet}");
        console.Profile.Width = Math.Max(console.Profile.Width, 160);
        console.Write(grid);
    }

    /// <summary>A tenth of the orders from <paramref name="skip"/> on; its clock starts with the end of the order before.</summary>
    private static Tenth? TenthOf(List<Sample> ended, int skip, TimeSpan? from)
    {
        var tenth = ended.Slice(skip, ended.Count / 10);
        return tenth.Count == 0
            ? null
            : new Tenth(
                Rate(tenth.Count(sample => sample.Outcome == "confirmed"), tenth[^1].Finished - (from ?? ended[skip - 1].Finished)),
                Latency.Of(tenth.Select(sample => sample.Total))!.P50
            );
    }

    private static double Rate(int count, TimeSpan over) => over > TimeSpan.Zero ? Math.Round(count / over.TotalSeconds, 1) : 0;

    private static SortedDictionary<string, int> Count(IEnumerable<Sample> samples) =>
        new(samples.GroupBy(sample => sample.Outcome).ToDictionary(group => group.Key, group => group.Count()), StringComparer.Ordinal);

    private static string TextOf(Tenth? tenth) =>
        tenth is null ? "too few orders" : $"{tenth.OrdersPerSecond} orders/s, p50 {tenth.P50} ms";

    private static string TextOf(IReadOnlyDictionary<string, int> counts) =>
        counts.Count == 0 ? "none" : string.Join(", ", counts.Select(count => $"{count.Key} {count.Value}"));
}
