using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using Bunit;
using Console.Edge;
using Console.Identity;
using Console.Live;
using ConsoleComponents.Languages;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace Console.Tests.Components;

/// <summary>Answers in place of the gateway, and records the requests.</summary>
internal sealed class FakeGateway : HttpMessageHandler
{
    private readonly Dictionary<string, Func<Task<HttpResponseMessage>>> answers = new(StringComparer.Ordinal);

    public ConcurrentQueue<(string Request, string Body, string? Token)> Received { get; } = new();

    public void Answers(string request, object body, HttpStatusCode status = HttpStatusCode.OK) =>
        answers[request] = () => Task.FromResult(new HttpResponseMessage(status) { Content = JsonContent.Create(body) });

    public void Answers(string request, Func<Task<HttpResponseMessage>> answer) => answers[request] = answer;

    public void Refuses(string request, HttpStatusCode status, string code, string detail) =>
        Answers(
            request,
            new
            {
                status = (int)status,
                code,
                detail,
            },
            status
        );

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var name = $"{request.Method} {request.RequestUri!.PathAndQuery}";
        Received.Enqueue(
            (
                name,
                request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken),
                request.Headers.Authorization?.Parameter
            )
        );
        return answers.TryGetValue(name, out var answer)
            ? await answer()
            : new HttpResponseMessage(HttpStatusCode.NotFound) { Content = JsonContent.Create(new { code = "unexpected", detail = name }) };
    }
}

/// <summary>Renders a page or a component for a person in a language.</summary>
internal sealed class ComponentTest : BunitContext
{
    /// <summary>The default of one second is too short for the first rendering on a busy machine.</summary>
    static ComponentTest() => DefaultWaitTimeout = TimeSpan.FromSeconds(30);

    public ComponentTest(string name = "ada", string role = "operator", Language? language = null)
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Text = new Localizer(language ?? Language.English);
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<OrderFigures>().AddSingleton<LiveEvents>().AddSingleton<Renewals>();
        Services.AddSingleton(new GatewayClient(new HttpClient(Gateway) { BaseAddress = new Uri("http://gateway") }));
        Services.AddScoped<Session>().AddScoped<UserGateway>();
        AddAuthorization()
            .SetAuthorized(name)
            .SetClaims(new Claim("sub", name), new Claim("role", role), new Claim("access_token", $"token of {name}"));
    }

    public FakeGateway Gateway { get; } = new();

    public Localizer Text { get; }

    public static OrderView Order(string status = "confirmed") =>
        new("o-1", "customer-1", status, "orchestration", 1250, "EUR", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(2));
}
