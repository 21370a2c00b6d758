using System.Text.Json.Nodes;
using Conformance.Running;
using Grpc.Core;
using Protos = Dapr.Client.Autogen.Grpc.v1;

#pragma warning disable CS0612 // the older version of the API, which daprd supports as well

namespace Conformance.Conversation;

public sealed class EchoSidecar : IAsyncLifetime
{
    public TestedSidecar Sidecar { get; private set; } = null!;

    public async Task InitializeAsync() =>
        Sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [Yaml.Component("echo", "conversation.echo", ("key", "testkey"))] }
        );

    public async Task DisposeAsync() => await Sidecar.DisposeAsync();
}

/// <summary>The conversation API in both its versions, with the echo model.</summary>
public sealed class ConversationTests(EchoSidecar fixture) : IClassFixture<EchoSidecar>
{
    private const string First = "/v1.0-alpha1/conversation/echo/converse";
    private const string Second = "/v1.0-alpha2/conversation/echo/converse";

    private TestedSidecar Sidecar => fixture.Sidecar;

    [SkippableFact]
    public async Task A_model_of_a_provider_stands_beside_the_echo_and_fails_only_requests_to_itself()
    {
        Skip.If(TestedSidecar.IsDaprd, "daprd calls the provider");
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                Resources =
                [
                    Yaml.Component("echo", "conversation.echo"),
                    Yaml.Component("openai", "conversation.openai", ("key", "k"), ("model", "gpt-4-turbo")),
                ],
            }
        );
        const string Request = """{"inputs":[{"content":"hello"}]}""";
        using var echoed = await sidecar.Http.SendAsync("POST", First, Request);
        Assert.True(echoed.IsSuccessStatusCode, await echoed.TextAsync());
        await sidecar
            .Http.SendAsync("POST", First.Replace("echo", "openai", StringComparison.Ordinal), Request)
            .FailsAsync(
                500,
                "ERR_CONVERSATION_INVOKE",
                "failed conversing with component openai: the embedded sidecar does not call the models of conversation.openai; "
                    + "use conversation.echo, or real Dapr"
            );
    }

    [Theory]
    [InlineData("""{"inputs":[{"content":"well hello there"}]}""", """{"outputs":[{"result":"well hello there"}]}""")]
    [InlineData(
        """{"contextID":"c","inputs":[{"content":"a"},{"content":"b","role":"system"}],"parameters":{"n":{"@type":"type.googleapis.com/google.protobuf.Int64Value","value":"1"}}}""",
        """{"contextID":"c","outputs":[{"result":"a\nb","parameters":{"n":{"@type":"type.googleapis.com/google.protobuf.Int64Value","value":"1"}}}]}"""
    )]
    [InlineData(
        """{"inputs":[{"content":"my phone number is +2222222222","scrubPII":true}]}""",
        """{"outputs":[{"result":"my phone number is <PHONE_NUMBER>"}]}"""
    )]
    [InlineData(
        """{"inputs":[{"content":"hello from 10.8.9.1"},{"content":"my email is test@test.com"}],"scrubPII":true}""",
        """{"outputs":[{"result":"hello from <IP>\nmy email is <EMAIL_ADDRESS>"}]}"""
    )]
    public async Task The_first_version_answers_with_texts(string request, string answer) => await AnswersAsync(First, request, answer);

    [Theory]
    [InlineData("ofUser")]
    [InlineData("ofSystem")]
    [InlineData("ofDeveloper")]
    [InlineData("ofAssistant")]
    public async Task Messages_of_every_role_are_echoed(string role) =>
        await AnswersAsync(
            Second,
            $$$"""{"inputs":[{"messages":[{"{{{role}}}":{"name":"n","content":[{"text":"one"},{"text":"two words"}]}}]}]}""",
            """{"outputs":[{"choices":[{"finishReason":"stop","message":{"content":"one\ntwo words"}}],"usage":{"completionTokens":"3","promptTokens":"3","totalTokens":"6"}}]}"""
        );

    [Fact]
    public async Task A_tools_result_is_echoed_with_its_name() =>
        await AnswersAsync(
            Second,
            """{"inputs":[{"messages":[{"ofTool":{"toolId":"t-1","name":"tool name","content":[{"text":"tool message"}]}}]}]}""",
            """{"outputs":[{"choices":[{"finishReason":"stop","message":{"content":"Tool Response for tool ID 't-1' with name 'tool name': tool message"}}],"usage":{"completionTokens":"12","promptTokens":"12","totalTokens":"24"}}]}"""
        );

    [Fact]
    public async Task Every_tool_is_called_including_earlier_calls() =>
        await AnswersAsync(
            Second,
            """
            {"contextId":"c","temperature":0.7,"metadata":{"a":"b"},"promptCacheRetention":"86400s","responseFormat":{"type":"object"},"toolChoice":"first",
             "tools":[{"function":{"name":"first","description":"d","parameters":{"type":"object","properties":{"b":{},"a":{}}}}},{"function":{"name":"second"}}],
             "inputs":[{"messages":[{"ofAssistant":{"content":[{"text":"x"}],"toolCalls":[{"id":"before","function":{"name":"third","arguments":"{\"n\":1}"}}]}}]}]}
            """,
            """
            {"contextId":"c","outputs":[{"choices":[{"finishReason":"tool_calls","message":{"content":"x","toolCalls":[
              {"id":"0","function":{"name":"first","arguments":"a,b"}},{"id":"1","function":{"name":"second"}},{"id":"before","function":{"name":"third","arguments":"{\"n\":1}"}}]}}],
              "usage":{"completionTokens":"1","promptTokens":"1","totalTokens":"2"}}]}
            """
        );

    [Fact]
    public async Task Personal_data_is_scrubbed_if_the_request_demands_it()
    {
        await AnswersAsync(
            Second,
            """{"inputs":[{"messages":[{"ofUser":{"content":[{"text":"from 10.8.9.1"}]}}],"scrubPii":true}]}""",
            """{"outputs":[{"choices":[{"finishReason":"stop","message":{"content":"from <IP>"}}],"usage":{"completionTokens":"2","promptTokens":"2","totalTokens":"4"}}]}"""
        );
        await AnswersAsync(
            Second,
            """{"inputs":[{"messages":[{"ofUser":{"content":[{"text":"from 10.8.9.1"}]}}]}],"scrubPii":true}""",
            """{"outputs":[{"choices":[{"finishReason":"stop","message":{"content":"from <IP>"}}],"usage":{"completionTokens":"2","promptTokens":"2","totalTokens":"4"}}]}"""
        );
        await AnswersAsync(
            Second,
            """{"inputs":[{"messages":[{"ofUser":{"content":[{"text":"from 10.8.9.1"}]}}]}]}""",
            """{"outputs":[{"choices":[{"finishReason":"stop","message":{"content":"from 10.8.9.1"}}],"usage":{"completionTokens":"2","promptTokens":"2","totalTokens":"4"}}]}"""
        );
    }

    [Theory]
    [InlineData(
        """{"inputs":[]}""",
        400,
        "ERR_CONVERSATION_MISSING_INPUTS",
        "failed conversing with component echo: missing inputs in request"
    )]
    [InlineData(
        """{"inputs":[{"messages":[{"nobody":{}}]}]}""",
        400,
        "ERR_CONVERSATION_INVALID_PARMS",
        "failed conversing with component echo: invalid params%!(EXTRA *errors.errorString=message type cannot be nil)"
    )]
    [InlineData(
        """{"inputs":[{"messages":[{"ofAssistant":{"toolCalls":[{"id":"c"}]}}]}]}""",
        400,
        "ERR_CONVERSATION_INVALID_PARMS",
        "failed conversing with component echo: invalid params%!(EXTRA *errors.errorString=tool types cannot be nil)"
    )]
    [InlineData(
        """{"inputs":[{}],"toolChoice":"required"}""",
        400,
        "ERR_CONVERSATION_INVALID_PARMS",
        "failed conversing with component echo: invalid params%!(EXTRA string=tool choice must be 'auto', 'none', 'required', or a "
            + "specific tool name matching the tools available to be used)"
    )]
    [InlineData(
        """{"inputs":[{}],"toolChoice":"b","tools":[{"function":{"name":"a"}}]}""",
        400,
        "ERR_CONVERSATION_INVALID_PARMS",
        "failed conversing with component echo: invalid params%!(EXTRA string=tool choice selected was not found. Must be 'auto', 'none', "
            + "'required', or a specific tool name matching the tools available to be used)"
    )]
    [InlineData(
        """{"inputs":[{}],"tools":[{"function":{"name":"a","parameters":{"properties":[1]}}}]}""",
        500,
        "ERR_CONVERSATION_INVOKE",
        "failed conversing with component echo: tool function properties must be a map[string]any, got []interface {}"
    )]
    public async Task An_invalid_conversation_request_is_refused_with_the_reason(string request, int status, string code, string message) =>
        await Sidecar.Http.SendAsync("POST", Second, request).FailsAsync(status, code, message);

    [Fact]
    public async Task A_missing_conversation_component_is_reported_over_HTTP_and_gRPC()
    {
        await Sidecar
            .Http.SendAsync("POST", "/v1.0-alpha1/conversation/nope/converse", "{}")
            .FailsAsync(400, "ERR_CONVERSATION_NOT_FOUND", "failed finding conversation component nope");
        await Sidecar.Http.SendAsync("POST", First, """{"metadata":{"model":"m"}}""").FailsAsync(400, "ERR_CONVERSATION_MISSING_INPUTS");
        await Sidecar.Http.SendAsync("POST", First, "{").FailsAsync(400, "ERR_MALFORMED_REQUEST");
        var failure = await Sidecar
            .Grpc.ConverseAlpha2Async(new() { Name = "nope" })
            .FailsAsync(StatusCode.InvalidArgument, "failed finding conversation component nope");
        Assert.Null(failure.Reason());
    }

    [Fact]
    public async Task A_conversation_over_gRPC_has_the_same_result()
    {
        var first = await Sidecar.Grpc.ConverseAlpha1Async(
            new() { Name = "echo", Inputs = { new Protos.ConversationInput { Content = "hello" } } }
        );
        Assert.Equal(("hello", false), (Assert.Single(first.Outputs).Result, first.HasContextID));
        var second = await Sidecar.Grpc.ConverseAlpha2Async(
            new()
            {
                Name = "echo",
                Inputs =
                {
                    new Protos.ConversationInputAlpha2
                    {
                        Messages =
                        {
                            new Protos.ConversationMessage
                            {
                                OfUser = new() { Content = { new Protos.ConversationMessageContent { Text = "hello you" } } },
                            },
                        },
                    },
                },
            }
        );
        var choice = Assert.Single(Assert.Single(second.Outputs).Choices);
        Assert.Equal(("hello you", "stop", 4ul), (choice.Message.Content, choice.FinishReason, second.Outputs[0].Usage.TotalTokens));
    }

    private async Task AnswersAsync(string path, string request, string expected)
    {
        using var answer = await Sidecar.Http.SendAsync("POST", path, request);
        var text = await answer.TextAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(text)), text);
    }
}
