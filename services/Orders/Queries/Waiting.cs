using System.Globalization;
using Dapr.Workflow;
using Orders.Views;
using ServiceDefaults.Refusals;

namespace Orders.Queries;

/// <summary>
/// <c>Prefer: wait=n</c> (RFC 7240): answers when the order's saga has come to its end, or after n seconds with what there is then. Saves a
/// client from asking again and again; the workflow engine gives the signal.
/// </summary>
internal sealed class Waiting(OrderQueries queries, IDaprWorkflowClient workflows, TimeProvider time)
{
    /// <summary>Shorter than what resiliency policies let a call take.</summary>
    private const int LongestSeconds = 8;

    public async Task<Outcome<OrderView>> FindAsync(string orderId, HttpContext http)
    {
        var now = await queries.FindAsync(orderId, http.RequestAborted);
        if (Wanted(http.Request) is not { } seconds || now.Value is not { Status: "pending" })
        {
            return now;
        }
        http.Response.Headers["Preference-Applied"] = $"wait={seconds}";
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, http.RequestAborted);
        try
        {
            await workflows.WaitForWorkflowCompletionAsync(orderId, getInputsAndOutputs: false, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return await queries.FindAsync(orderId, http.RequestAborted); // not at its end yet: that is the answer
        }
        return await queries.FindAsync(orderId, http.RequestAborted);
    }

    private static int? Wanted(HttpRequest request)
    {
        foreach (var preference in request.Headers.GetCommaSeparatedValues("Prefer"))
        {
            if (preference.Trim().StartsWith("wait=", StringComparison.OrdinalIgnoreCase) && int.TryParse(preference.Trim()[5..], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0)
            {
                return Math.Min(seconds, LongestSeconds);
            }
        }
        return null;
    }
}
