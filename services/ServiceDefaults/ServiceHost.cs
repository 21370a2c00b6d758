using Dapr.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ServiceDefaults.Events;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;
using ServiceDefaults.Startup;
using ServiceDefaults.State;
using ServiceDefaults.Telemetry;

namespace ServiceDefaults;

/// <summary>The hosting that all services share: port, JSON, problem details, health, the Dapr client and the app token.</summary>
public static class ServiceHost
{
    public const long MaxBodyBytes = 256 * 1024;

    /// <summary>For deliveries of the app's own sidecar: a bulk holds hundreds of events.</summary>
    public const long MaxDeliveryBytes = 32 * 1024 * 1024;

    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder)
    {
        // Dapr tells an app its port in APP_PORT; without one (a test, a container) ASP.NET's own settings hold.
        if (builder.Configuration["APP_PORT"] is { Length: > 0 } port)
        {
            builder.WebHost.UseUrls($"http://{builder.Configuration["APP_HOST"] ?? "127.0.0.1"}:{port}");
        }
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        });
        // Log lines carry the trace they belong to; outside of development as JSON, for machines to read.
        builder.Logging.Configure(logging =>
            logging.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId
        );
        if (!builder.Environment.IsDevelopment())
        {
            builder.Logging.ClearProviders().AddJsonConsole(json => json.IncludeScopes = true);
        }
        builder
            .Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("Yarp", LogLevel.Warning)
            .AddFilter("System.Net.Http", LogLevel.Warning)
            .AddFilter("Grpc", LogLevel.Warning) // a health probe that is given up is no message
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning) // the sidecar says where an app listens and when it is ready
            .AddFilter("Dapr.Workflow", LogLevel.Warning) // several lines an order at Information
            // its generator registers once more what a service registers itself
            .AddFilter("Dapr.Workflow.Worker.WorkflowsFactory", LogLevel.Error)
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None); // the probe reports it
        builder.Services.ConfigureHttpJsonOptions(json => Json.Configure(json.SerializerOptions));
        builder.Services.AddProblemDetails(problems => problems.CustomizeProblemDetails = ProblemCodes.Complete);
        // one answer to a malformed body in every environment
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.AddOpenApi();
        builder.Services.AddExceptionHandler<FailureHandler>();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddDaprClient(client => client.UseJsonSerializationOptions(Json.Options));
        builder.Services.AddSingleton<StartupState>().AddSingleton<DeliveryFailures>().AddSingleton<UnreadableRecords>();
        builder.AddTelemetry();
        builder.Services.AddHealthChecks().AddCheck<StartupState>("startup");
        return builder;
    }

    public static WebApplication UseServiceDefaults(this WebApplication app)
    {
        app.Use(next => context => RequestId.FlowAsync(context, next));
        app.UseExceptionHandler();
        app.UseStatusCodePages(pages => ProblemCodes.WriteAsync(pages.HttpContext));
        app.UseMiddleware<AppToken>();
        app.UseMiddleware<BodyRules>();
        app.MapHealthChecks("/healthz").AdmitSidecar();
        if (!app.Configuration.GetValue<bool>(AppToken.Edge))
        {
            app.UseMiddleware<CallerRules>();
            app.MapPrometheusScrapingEndpoint().AdmitSidecar(); // the edge faces the outside and decides for itself who may look
            app.MapOpenApi().AdmitSidecar();
        }
        return app;
    }

    /// <summary>
    /// As <see cref="AddServiceClient"/>, for what reminders and other background work ask. Never used while a request is served, so it
    /// can't close a circle of requests that wait for each other; the map of dependencies keeps the two apart.
    /// </summary>
    public static IServiceCollection AddBackgroundClient<TClient>(this IServiceCollection services, string appId)
        where TClient : class => services.AddServiceClient<TClient>(appId);

    /// <summary>A client of another service's API, through this app's sidecar.</summary>
    public static IServiceCollection AddServiceClient<TClient>(this IServiceCollection services, string appId)
        where TClient : class =>
        services.AddSingleton(provider =>
        {
            var settings = provider.GetRequiredService<IConfiguration>();
            var invocation = new InvocationHandler
            {
                DaprEndpoint = SidecarAddress.Http(settings).ToString(),
                InnerHandler = OutgoingHeaders.Of(settings),
            };
            var http = new HttpClient(invocation) { BaseAddress = new Uri($"http://{appId}") };
            return ActivatorUtilities.CreateInstance<TClient>(provider, http);
        });
}
