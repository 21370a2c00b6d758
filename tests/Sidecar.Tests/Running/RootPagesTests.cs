using Microsoft.Extensions.Time.Testing;
using Sidecar.Apps;
using Sidecar.Running;

namespace Sidecar.Tests.Running;

/// <summary>The links that a run prints.</summary>
public sealed class RootPagesTests
{
    /// <summary>The time that an app gets to answer does not pass here.</summary>
    [Fact]
    public async Task A_run_links_pages_at_the_root_and_documentation_but_no_redirect_to_another_app()
    {
        await using var page = await StartAsync(() => Results.Content("<!doctype html>", "text/html"));
        await using var leading = await StartAsync(() => Results.Redirect("/start"));
        await using var documented = await StartAsync(() => Results.Redirect("http://localhost:1/"), documented: true);
        await using var json = await StartAsync(() => Results.Ok(new { hello = "world" }));
        await using var closed = await StartAsync(() => Results.Unauthorized());
        AppOptions[] apps =
        [
            App("page", page),
            App("leading", leading),
            App("documented", documented),
            App("json", json),
            App("closed", closed),
            App("none", null),
            App("grpc", page) with
            {
                AppProtocol = "grpc",
            },
            App("without", null) with
            {
                AppPort = 0,
            },
        ];

        var found = await RootPages.FindAsync(apps, new FakeTimeProvider(), CancellationToken.None);

        Assert.Equal(
            [
                ("page", $"http://localhost:{apps[0].AppPort}"),
                ("leading", $"http://localhost:{apps[1].AppPort}"),
                ("documented", $"http://localhost:{apps[2].AppPort}/docs"),
            ],
            found
        );
    }

    private static AppOptions App(string id, WebApplication? app) =>
        new() { AppId = id, AppPort = app is null ? 1 : new Uri(app.Urls.Single()).Port };

    private static async Task<WebApplication> StartAsync(Func<IResult> root, bool documented = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapGet("/", root);
        if (documented)
        {
            app.MapGet("/docs", () => Results.Content("<!doctype html>", "text/html"));
        }
        await app.StartAsync();
        return app;
    }
}
