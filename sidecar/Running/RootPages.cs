using System.Net.Http.Headers;
using Sidecar.Apps;

namespace Sidecar.Running;

/// <summary>Finds what a person can open in a browser: a page at an app's root, or its API's documentation.</summary>
internal static class RootPages
{
    private static readonly string[] Paths = ["", "/docs"];
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    public static async Task<IReadOnlyList<(string AppId, string Address)>> FindAsync(
        IEnumerable<AppOptions> apps,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        using var http = new HttpClient(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
            }
        );
        var found = await Task.WhenAll(
            apps.Where(app => app.AppPort > 0 && app is { AppIsGrpc: false, AppIsTls: false })
                .SelectMany(app => Paths.Select(path => (app.AppId, Address: $"http://localhost:{app.AppPort}{path}")))
                .Select(async page => (page.AppId, page.Address, IsPage: await IsPageAsync(http, page.Address, time, cancellation)))
        );
        return [.. found.Where(one => one.IsPage).Select(one => (one.AppId, one.Address))];
    }

    /// <summary>An app that does not answer has no page: the run does not depend on it.</summary>
    private static async Task<bool> IsPageAsync(HttpClient http, string address, TimeProvider time, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(MaxWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return answer.IsSuccessStatusCode
                ? answer.Content.Headers.ContentType?.MediaType == "text/html"
                // An absolute address leads to another app's page.
                : (int)answer.StatusCode is >= 300 and < 400 && answer.Headers.Location is { IsAbsoluteUri: false };
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
