using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.WebUtilities;
using Sidecar.Failures;
using Sidecar.Http;
using Sidecar.Workflows;
using Sidecar.Workflows.Api;

namespace Sidecar.Api.Http;

/// <summary>
/// Workflows over HTTP. Source: Dapr docs, "Workflow API reference". Any component name in the path is accepted, as in the Dapr runtime.
/// </summary>
internal static class WorkflowEndpoints
{
    public static void MapWorkflows(this IEndpointRouteBuilder routes, Func<HttpContext, WorkflowEngine?> engineOf)
    {
        foreach (var version in (string[])["/v1.0", "/v1.0-beta1", "/v1.0-alpha1"])
        {
            var group = routes.MapGroup(version + "/workflows/{component}");
            group.MapPost("/{name}/start", context => StartAsync(context, Api(context)));
            group.MapGet("/{instance}", context => GetAsync(context, Api(context)));
            group.MapPost("/{instance}/raiseEvent/{event}", context => RaiseEventAsync(context, Api(context)));
            group.MapPost("/{instance}/terminate", context => ControlAsync<TerminateWorkflowRequest>(context, Api(context).TerminateAsync));
            group.MapPost("/{instance}/pause", context => ControlAsync<PauseWorkflowRequest>(context, Api(context).PauseAsync));
            group.MapPost("/{instance}/resume", context => ControlAsync<ResumeWorkflowRequest>(context, Api(context).ResumeAsync));
            group.MapPost("/{instance}/purge", context => ControlAsync<PurgeWorkflowRequest>(context, Api(context).PurgeAsync));
        }

        WorkflowApi Api(HttpContext context) => new(engineOf(context));
    }

    private static async Task StartAsync(HttpContext context, WorkflowApi api)
    {
        var id = await api.StartAsync(
            context.Route("name"),
            Query(context.Request, "instanceID"),
            await context.Request.BodyAsync(DaprErrors.BodyUnread),
            call: Tracing.TraceContext.Of(context),
            cancellation: context.RequestAborted
        );
        await AcceptAsync(context, new StartWorkflowResponse { InstanceId = id });
    }

    private static async Task GetAsync(HttpContext context, WorkflowApi api)
    {
        await DemandAsync<GetWorkflowRequest>(context);
        var id = context.Route("instance");
        await ProtoBody.WriteAsync(
            context,
            await api.GetAsync(id, context.RequestAborted) ?? throw new DaprException(WorkflowErrors.NotFound(id))
        );
    }

    private static async Task RaiseEventAsync(HttpContext context, WorkflowApi api)
    {
        await api.RaiseEventAsync(
            context.Route("instance"),
            context.Route("event"),
            await context.Request.BodyAsync(DaprErrors.BodyUnread)
        );
        await AcceptAsync(context, new Empty());
    }

    private static async Task ControlAsync<TRequest>(HttpContext context, Func<string, Task> operation)
        where TRequest : IMessage<TRequest>, new()
    {
        await DemandAsync<TRequest>(context);
        await operation(context.Route("instance"));
        await AcceptAsync(context, new Empty());
    }

    /// <summary>Refuses a body that is not the gRPC message as JSON, although the path has all that the message says.</summary>
    private static async Task DemandAsync<TRequest>(HttpContext context)
        where TRequest : IMessage<TRequest>, new() => ProtoBody.Parse<TRequest>(await context.Request.BodyAsync(DaprErrors.BodyUnread));

    private static Task AcceptAsync(HttpContext context, IMessage answer)
    {
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        return ProtoBody.WriteAsync(context, answer);
    }

    /// <summary>The first value of a parameter, empty without one. As in Go, the case of its name counts.</summary>
    private static string Query(HttpRequest request, string name)
    {
        foreach (var parameter in new QueryStringEnumerable(request.QueryString.Value))
        {
            if (parameter.DecodeName().Span.SequenceEqual(name))
            {
                return parameter.DecodeValue().ToString();
            }
        }
        return "";
    }
}
