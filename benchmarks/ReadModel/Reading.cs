using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ReadModel;

/// <summary>Rebuilds the read model and reads pages of it, as the gateway does: by service invocation.</summary>
internal sealed class Reading(OrdersAlone orders) : IDisposable
{
    public const string Customer = "customer-1";

    private const string Orders = "/v1.0/invoke/orders/method/orders";
    private const string Rebuild = "/v1.0/invoke/orders/method/operations/views/rebuild";
    private const int Reads = 300;

    private readonly HttpClient http = orders.Client();

    /// <summary>Orders a second.</summary>
    public async Task<double> RebuildAsync(int expected)
    {
        var begun = Stopwatch.GetTimestamp();
        using (var started = await http.PostAsync(new Uri(Rebuild, UriKind.Relative), null))
        {
            started.EnsureSuccessStatusCode();
        }
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        while (await timer.WaitForNextTickAsync())
        {
            var progress = await GetAsync(Rebuild);
            if (progress.GetProperty("status").GetString() is var status and not "running")
            {
                var rebuilt = progress.GetProperty("orders").GetInt32();
                return status == "done" && rebuilt == expected
                    ? expected / Stopwatch.GetElapsedTime(begun).TotalSeconds
                    : throw new InvalidOperationException($"the rebuild is {status} with {rebuilt} of {expected} orders: {progress}");
            }
        }
        throw new UnreachableException();
    }

    /// <summary>The time for pages of twenty: the first one, and the following ones in sequence.</summary>
    public async Task<string> PagesAsync()
    {
        await TimeAsync(follow: false); // warms up
        var first = await TimeAsync(follow: false);
        var all = await TimeAsync(follow: true);
        var byStatus = await TimeAsync(follow: false, "&status=confirmed");
        return $"first page {first}; page after page {all}; by status {byStatus}";
    }

    public void Dispose() => http.Dispose();

    private async Task<string> TimeAsync(bool follow, string filter = "")
    {
        var took = new List<double>(Reads);
        string? cursor = null;
        for (var i = 0; i < Reads; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            var page = await GetAsync($"{Orders}?customerId={Customer}&limit=20{filter}{(cursor is null ? "" : $"&cursor={cursor}")}");
            took.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            if (page.GetProperty("items").GetArrayLength() == 0)
            {
                throw new InvalidOperationException("a page is empty");
            }
            cursor = follow && page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        took.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"p50 {took[Reads / 2]:0.00} ms, p99 {took[(int)(Reads * 0.99)]:0.00} ms");
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonSerializer.Deserialize<JsonElement>(text)
            : throw new InvalidOperationException($"{path} answered {(int)answer.StatusCode}: {text}");
    }
}
