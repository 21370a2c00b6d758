using System.Net;
using Microsoft.AspNetCore.Builder;
using ServiceDefaults.Requests;

namespace ServiceDefaults.Tests;

/// <summary>A service with one endpoint of each kind.</summary>
public sealed class CallerRulesTests : IAsyncLifetime
{
    private HostedApp app = null!;

    public async Task InitializeAsync() =>
        app = await HostedApp.StartAsync(
            _ => { },
            service =>
            {
                service.UseMiddleware<CallerRules>();
                service
                    .MapGet("/customers/{customerId}", (string customerId, Caller caller) => $"{customerId} {caller}")
                    .Admit(CallerKinds.Customers | CallerKinds.Operators, "orders");
                service.MapGet("/silent", () => "reached");
                service.MapGet("/callback", () => "reached").AdmitSidecar();
            }
        );

    [Theory]
    [InlineData("customer:c", HttpStatusCode.OK)]
    [InlineData("operator:o", HttpStatusCode.OK)]
    [InlineData("app:orders", HttpStatusCode.OK)]
    [InlineData("app:shipping", HttpStatusCode.Forbidden)]
    [InlineData("anonymous", HttpStatusCode.Forbidden)]
    [InlineData("operator:", HttpStatusCode.Unauthorized)]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    public async Task An_endpoint_is_reached_by_the_callers_it_admits(string? caller, HttpStatusCode expected) =>
        Assert.Equal(expected, (await SendAsync("/customers/c", caller)).StatusCode);

    [Fact]
    public async Task An_endpoint_without_admitted_callers_refuses_every_caller() =>
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("/silent", "operator:o")).StatusCode);

    [Fact]
    public async Task A_callback_of_the_sidecar_needs_no_caller() =>
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("/callback", null)).StatusCode);

    [Theory]
    [InlineData("/customers/x%7C%7Cy")]
    [InlineData("/customers/x%23y")]
    [InlineData("/customers/x%0Ay")]
    public async Task An_id_in_a_path_follows_the_rule(string path)
    {
        using var answer = await SendAsync(path, "operator:o");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("customer-id-invalid", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    public async Task DisposeAsync() => await app.DisposeAsync();

    private async Task<HttpResponseMessage> SendAsync(string path, string? caller)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (caller is not null)
        {
            request.Headers.Add(Caller.Header, caller);
        }
        return await app.Http.SendAsync(request);
    }
}
