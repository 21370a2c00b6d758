using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;
using static Sidecar.Api.Grpc.DaprService;

namespace Sidecar.Api.Grpc;

/// <summary>The jobs building block over gRPC.</summary>
[BindServiceMethod(typeof(JobsService), nameof(Bind))]
internal class JobsService
{
    public static void Bind(ServiceBinderBase binder, JobsService service)
    {
        foreach (var suffix in (string[])["", "Alpha1"])
        {
            Unary<ScheduleJobRequest, ScheduleJobResponse>(binder, "ScheduleJob" + suffix);
            Unary<GetJobRequest, GetJobResponse>(binder, "GetJob" + suffix);
            Unary<DeleteJobRequest, DeleteJobResponse>(binder, "DeleteJob" + suffix);
        }
        Unary<DeleteJobsByPrefixRequest, DeleteJobsByPrefixResponse>(binder, nameof(DeleteJobsByPrefix));
        Unary<DeleteJobsByPrefixRequestAlpha1, DeleteJobsByPrefixResponseAlpha1>(binder, nameof(DeleteJobsByPrefixAlpha1));
        Unary<ListJobsRequest, ListJobsResponse>(binder, nameof(ListJobs));
        Unary<ListJobsRequestAlpha1, ListJobsResponseAlpha1>(binder, nameof(ListJobsAlpha1));
    }

    public virtual async Task<ScheduleJobResponse> ScheduleJob(ScheduleJobRequest request, ServerCallContext context)
    {
        await Of(context).Blocks.Jobs.ScheduleAsync(request.Job, request.Overwrite, context.CancellationToken);
        return new ScheduleJobResponse();
    }

    public virtual async Task<GetJobResponse> GetJob(GetJobRequest request, ServerCallContext context) =>
        new() { Job = await Of(context).Blocks.Jobs.GetAsync(request.Name, context.CancellationToken) };

    public virtual async Task<DeleteJobResponse> DeleteJob(DeleteJobRequest request, ServerCallContext context)
    {
        await Of(context).Blocks.Jobs.DeleteAsync(request.Name, context.CancellationToken);
        return new DeleteJobResponse();
    }

    public virtual async Task<DeleteJobsByPrefixResponse> DeleteJobsByPrefix(DeleteJobsByPrefixRequest request, ServerCallContext context)
    {
        await Of(context).Blocks.Jobs.DeleteManyAsync(request.NamePrefix, context.CancellationToken);
        return new DeleteJobsByPrefixResponse();
    }

    public virtual async Task<ListJobsResponse> ListJobs(ListJobsRequest request, ServerCallContext context) =>
        new() { Jobs = { await Of(context).Blocks.Jobs.ListAsync("", context.CancellationToken) } };

    public virtual Task<ScheduleJobResponse> ScheduleJobAlpha1(ScheduleJobRequest request, ServerCallContext context) =>
        ScheduleJob(request, context);

    public virtual Task<GetJobResponse> GetJobAlpha1(GetJobRequest request, ServerCallContext context) => GetJob(request, context);

    public virtual Task<DeleteJobResponse> DeleteJobAlpha1(DeleteJobRequest request, ServerCallContext context) =>
        DeleteJob(request, context);

    public virtual async Task<DeleteJobsByPrefixResponseAlpha1> DeleteJobsByPrefixAlpha1(
        DeleteJobsByPrefixRequestAlpha1 request,
        ServerCallContext context
    )
    {
        await Of(context).Blocks.Jobs.DeleteManyAsync(request.NamePrefix, context.CancellationToken);
        return new DeleteJobsByPrefixResponseAlpha1();
    }

    public virtual async Task<ListJobsResponseAlpha1> ListJobsAlpha1(ListJobsRequestAlpha1 request, ServerCallContext context) =>
        new() { Jobs = { await Of(context).Blocks.Jobs.ListAsync("", context.CancellationToken) } };
}
