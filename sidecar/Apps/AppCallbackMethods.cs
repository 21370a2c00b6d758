using Dapr.AppCallback.Autogen.Grpc.v1;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Sidecar.Apps;

/// <summary>The methods of the services an app implements for its sidecar.</summary>
internal static class AppCallbackMethods
{
    private const string Service = "dapr.proto.runtime.v1.AppCallback";

    public static readonly Method<InvokeRequest, InvokeResponse> OnInvoke = ProtoMethod.Create<InvokeRequest, InvokeResponse>(
        Service,
        "OnInvoke"
    );
    public static readonly Method<Empty, ListTopicSubscriptionsResponse> ListTopicSubscriptions = ProtoMethod.Create<
        Empty,
        ListTopicSubscriptionsResponse
    >(Service, "ListTopicSubscriptions");
    public static readonly Method<TopicEventRequest, TopicEventResponse> OnTopicEvent = ProtoMethod.Create<
        TopicEventRequest,
        TopicEventResponse
    >(Service, "OnTopicEvent");
    public static readonly Method<TopicEventBulkRequest, TopicEventBulkResponse> OnBulkTopicEvent = ProtoMethod.Create<
        TopicEventBulkRequest,
        TopicEventBulkResponse
    >(Service, "OnBulkTopicEvent");
    public static readonly Method<TopicEventBulkRequest, TopicEventBulkResponse> OnBulkTopicEventAlpha1 = ProtoMethod.Create<
        TopicEventBulkRequest,
        TopicEventBulkResponse
    >(Service + "Alpha", "OnBulkTopicEventAlpha1");
    public static readonly Method<Empty, ListInputBindingsResponse> ListInputBindings = ProtoMethod.Create<
        Empty,
        ListInputBindingsResponse
    >(Service, "ListInputBindings");
    public static readonly Method<BindingEventRequest, BindingEventResponse> OnBindingEvent = ProtoMethod.Create<
        BindingEventRequest,
        BindingEventResponse
    >(Service, "OnBindingEvent");
    public static readonly Method<JobEventRequest, JobEventResponse> OnJobEvent = ProtoMethod.Create<JobEventRequest, JobEventResponse>(
        Service,
        "OnJobEvent"
    );
    public static readonly Method<JobEventRequest, JobEventResponse> OnJobEventAlpha1 = ProtoMethod.Create<
        JobEventRequest,
        JobEventResponse
    >(Service + "Alpha", "OnJobEventAlpha1");
    public static readonly Method<Empty, Empty> HealthCheck = ProtoMethod.Create<Empty, Empty>(Service + "HealthCheck", "HealthCheck");

    public static AsyncUnaryCall<TResponse> Call<TRequest, TResponse>(
        this CallInvoker invoker,
        Method<TRequest, TResponse> method,
        TRequest request,
        CancellationToken cancellation,
        Metadata? headers = null
    )
        where TRequest : class
        where TResponse : class => invoker.AsyncUnaryCall(method, null, new CallOptions(headers, cancellationToken: cancellation), request);
}
