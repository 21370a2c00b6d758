using Dapr.Workflow;
using Grpc.Core;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Rebuilding;

/// <summary>The one command: <c>POST /operations/views/rebuild</c>; <c>GET</c> returns its progress.</summary>
internal static class RebuildEndpoints
{
    public static void MapRebuilding(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/operations/views/rebuild", StartAsync).Admit(CallerKinds.Operators);
        routes.MapGet("/operations/views/rebuild", FindAsync).Admit(CallerKinds.Operators);
    }

    private static async Task<Results<Accepted<RebuildStarted>, ProblemHttpResult>> StartAsync(
        IDaprWorkflowClient workflows,
        CancellationToken cancellation
    )
    {
        try
        {
            await workflows.ScheduleNewWorkflowAsync(
                nameof(RebuildViews),
                RebuildViews.Instance,
                input: null,
                startTime: null,
                cancellation
            );
            return TypedResults.Accepted("/api/operations/views/rebuild", new RebuildStarted("running"));
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            return Refusal.Conflict("rebuild-running", "The views are being rebuilt already.").ToProblem();
        }
    }

    private static async Task<Results<Ok<RebuildStatus>, ProblemHttpResult>> FindAsync(
        IDaprWorkflowClient workflows,
        CancellationToken cancellation
    )
    {
        var found = await workflows.GetWorkflowStateAsync(RebuildViews.Instance, getInputsAndOutputs: true, cancellation);
        if (!found.Exists)
        {
            return Refusal.NotFound("rebuild-not-found", "The views have never been rebuilt.").ToProblem();
        }
        var progress = found.ReadOutputAs<RebuildProgress>() ?? found.ReadCustomStatusAs<RebuildProgress>();
        return TypedResults.Ok(
            new RebuildStatus(
                found.RuntimeStatus switch
                {
                    WorkflowRuntimeStatus.Completed => "done",
                    WorkflowRuntimeStatus.Failed or WorkflowRuntimeStatus.Terminated => "failed",
                    _ => "running",
                },
                progress?.Orders ?? 0,
                found.CreatedAt,
                found.LastUpdatedAt,
                found.FailureDetails?.ErrorMessage
            )
        );
    }

    private sealed record RebuildStarted(string Status);

    private sealed record RebuildStatus(string Status, int Orders, DateTimeOffset StartedAt, DateTimeOffset UpdatedAt, string? Error);
}
