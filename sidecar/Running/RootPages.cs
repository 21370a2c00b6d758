using System.Net.Http.Headers;
using Sidecar.Apps;

namespace Sidecar.Running;

/// <summary>Finds the apps that a person can open in a browser: their root answers with a page, or redirects to one.</summary>
internal static class RootPages
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

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
                .Select(async app =>
                    (app.AppId, Address: $"http://localhost:{app.AppPort}", IsPage: await IsPageAsync(http, app, time, cancellation))
                )
        );
        return [.. found.Where(one => one.IsPage).Select(one => (one.AppId, one.Address))];
    }

    /// <summary>An app that does not answer has no page: the run does not depend on it.</summary>
    private static async Task<bool> IsPageAsync(HttpClient http, AppOptions app, TimeProvider time, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{app.AppPort}/");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return answer.IsSuccessStatusCode
                ? answer.Content.Headers.ContentType?.MediaType == "text/html"
                : (int)answer.StatusCode is >= 300 and < 400 && answer.Headers.Location is not null;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
