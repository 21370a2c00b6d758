using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sidecar.Failures;
using Sidecar.Http;

namespace Sidecar.Workflows.Api;

/// <summary>The management API over HTTP. Any component name in the path is accepted, as in the Dapr runtime.</summary>
internal static class WorkflowEndpoints
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Versions = ["v1.0", "v1.0-beta1", "v1.0-alpha1"];

    public static void MapWorkflows(this IEndpointRouteBuilder routes, Func<HttpContext, WorkflowEngine?> engineOf)
    {
        foreach (var version in Versions)
        {
            var group = routes.MapGroup($"/{version}/workflows/{{component}}");
            group.MapPost(
                "/{name}/start",
                Handle(
                    async (http, api) =>
                        new Answer(
                            StatusCodes.Status202Accepted,
                            new Started(
                                await api.StartAsync(
                                    Route(http, "name"),
                                    http.Request.Query["instanceID"],
                                    await BodyAsync(http),
                                    appId: AppId(http),
                                    call: Tracing.TraceContext.Of(http)
                                )
                            )
                        )
                )
            );
            group.MapGet(
                "/{instance}",
                Handle(
                    async (http, api) =>
                        await api.GetAsync(Route(http, "instance"), AppId(http), http.RequestAborted) is { } info
                            ? new Answer(StatusCodes.Status200OK, InstanceJson.Of(info))
                            : throw new DaprException(WorkflowErrors.NotFound(Route(http, "instance")))
                )
            );
            group.MapPost(
                "/{instance}/raiseEvent/{event}",
                Accepted(
                    async (http, api) =>
                        await api.RaiseEventAsync(Route(http, "instance"), Route(http, "event"), await BodyAsync(http), AppId(http))
                )
            );
            group.MapPost("/{instance}/terminate", Accepted((http, api) => api.TerminateAsync(Route(http, "instance"), AppId(http))));
            group.MapPost("/{instance}/pause", Accepted((http, api) => api.PauseAsync(Route(http, "instance"), AppId(http))));
            group.MapPost("/{instance}/resume", Accepted((http, api) => api.ResumeAsync(Route(http, "instance"), AppId(http))));
            group.MapPost("/{instance}/purge", Accepted((http, api) => api.PurgeAsync(Route(http, "instance"), AppId(http))));
        }

        RequestDelegate Accepted(Func<HttpContext, WorkflowApi, Task> operation) =>
            Handle(
                async (http, api) =>
                {
                    await operation(http, api);
                    return new Answer(StatusCodes.Status202Accepted, new object());
                }
            );

        RequestDelegate Handle(Func<HttpContext, WorkflowApi, Task<Answer>> operation) =>
            async http =>
            {
                Answer answer;
                try
                {
                    answer = await operation(http, new WorkflowApi(engineOf(http)));
                }
                catch (DaprException failure)
                {
                    answer = new Answer(failure.Error.HttpStatus, new Failed(failure.Error.Code, failure.Error.Message));
                }

                http.Response.StatusCode = answer.Status;
                await http.WriteJsonAsync(JsonSerializer.SerializeToUtf8Bytes(answer.Body, answer.Body.GetType(), Readable));
            };
    }

    private static string Route(HttpContext http, string name) => (string?)http.Request.RouteValues[name] ?? "";

    private static string? AppId(HttpContext http) => http.Request.Query["appID"];

    /// <summary>The unchanged body, which only caller and workflow interpret.</summary>
    private static async Task<string> BodyAsync(HttpContext http) =>
        Encoding.UTF8.GetString(await http.Request.BodyAsync(DaprErrors.BodyUnread));

    private sealed record Answer(int Status, object Body);

    private sealed record Started(string instanceID);

    private sealed record Failed(string errorCode, string message);

    /// <summary>As daprd prints a message: without the fields that are empty.</summary>
    private sealed record InstanceJson(
        string instanceID,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? workflowName,
        string createdAt,
        string lastUpdatedAt,
        string runtimeStatus,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string>? properties
    )
    {
        public static InstanceJson Of(WorkflowInfo info) =>
            new(
                info.InstanceId,
                info.WorkflowName.Length > 0 ? info.WorkflowName : null,
                Time(info.CreatedAt),
                Time(info.LastUpdatedAt),
                info.RuntimeStatus,
                info.Properties.Count > 0 ? info.Properties : null
            );

        private static string Time(DateTimeOffset time) =>
            time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
    }
}
